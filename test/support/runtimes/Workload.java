// What most programs do: threads, a socket, a child, memory, a file, a timer. One line for each.

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;

public class Workload {
  static int threads() throws Exception {
    var pool = Executors.newFixedThreadPool(4);
    List<Callable<Integer>> numbers = List.of(() -> 1, () -> 2, () -> 3, () -> 4);
    var sum = 0;
    for (var number : pool.invokeAll(numbers)) sum += number.get();
    pool.shutdown();
    return sum;
  }

  static String echo() throws Exception {
    try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        var client = new Socket(server.getInetAddress(), server.getLocalPort());
        var peer = server.accept()) {
      client.getOutputStream().write("ping".getBytes());
      peer.getOutputStream().write(peer.getInputStream().readNBytes(4));
      return new String(client.getInputStream().readNBytes(4));
    }
  }

  static int memory() throws Exception {
    try (var file = FileChannel.open(Path.of("/tmp/page"), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var page = file.map(FileChannel.MapMode.READ_WRITE, 0, 4096);
      var sum = 0;
      for (var at = 0; at < 4096; at++) sum += page.put(at, (byte) 1).get(at);
      System.gc();
      return sum;
    }
  }

  static long file() throws Exception {
    Files.writeString(Path.of("/tmp/one"), "hello");
    return Files.size(Files.move(Path.of("/tmp/one"), Path.of("/tmp/two")));
  }

  static String timer() throws Exception {
    var before = System.nanoTime();
    Thread.sleep(10);
    return System.nanoTime() - before >= 10_000_000 ? "ok" : "failed";
  }

  public static void main(String[] arguments) throws Exception {
    System.out.println("threads " + threads());
    System.out.println("socket " + echo());
    System.out.println("child " + new ProcessBuilder("/bin/sh", "-c", "exit 7").start().waitFor());
    System.out.println("memory " + memory());
    System.out.println("file " + file());
    System.out.println("timer " + timer());
  }
}
