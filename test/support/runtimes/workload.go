// What most programs do: threads, a socket, a child, memory, a file, a timer. One line for each.
package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"time"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func threads() int {
	var group sync.WaitGroup
	var lock sync.Mutex
	sum := 0
	for number := 1; number <= 4; number++ {
		group.Add(1)
		go func(number int) {
			defer group.Done()
			runtime.LockOSThread()
			lock.Lock()
			defer lock.Unlock()
			sum += number
		}(number)
	}
	group.Wait()
	return sum
}

func echo() string {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	go func() {
		peer, err := server.Accept()
		must(err)
		defer peer.Close()
		_, err = io.CopyN(peer, peer, 4)
		must(err)
	}()
	client, err := net.Dial("tcp", server.Addr().String())
	must(err)
	_, err = client.Write([]byte("ping"))
	must(err)
	answer, err := io.ReadAll(client)
	must(err)
	return string(answer)
}

func child() int {
	var exit *exec.ExitError
	if errors.As(exec.Command("/bin/sh", "-c", "exit 7").Run(), &exit) {
		return exit.ExitCode()
	}
	return -1
}

func memory() int {
	page, err := syscall.Mmap(-1, 0, 4096, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	must(err)
	sum := 0
	for at := range page {
		page[at] = 1
		sum += int(page[at])
	}
	runtime.GC()
	return sum
}

func file() int64 {
	must(os.WriteFile("/tmp/one", []byte("hello"), 0o600))
	must(os.Rename("/tmp/one", "/tmp/two"))
	found, err := os.Stat("/tmp/two")
	must(err)
	return found.Size()
}

func timer() string {
	before := time.Now()
	<-time.After(10 * time.Millisecond)
	if time.Since(before) >= 10*time.Millisecond {
		return "ok"
	}
	return "failed"
}

func main() {
	fmt.Println("threads", threads())
	fmt.Println("socket", echo())
	fmt.Println("child", child())
	fmt.Println("memory", memory())
	fmt.Println("file", file())
	fmt.Println("timer", timer())
}
