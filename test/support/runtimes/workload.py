# What most programs do: threads, a socket, a child, memory, a file, a timer. One line for each.

import asyncio
import mmap
import os
import subprocess
import threading
import time

total = []


def threads():
    started = [threading.Thread(target=total.append, args=(number,)) for number in (1, 2, 3, 4)]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    return sum(total)


async def echo():
    async def serve(reader, writer):
        writer.write(await reader.readexactly(4))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    writer.write(b"ping")
    answer = await reader.readexactly(4)
    writer.close()
    server.close()
    return answer.decode()


def memory():
    with mmap.mmap(-1, 4096) as page:
        page.write(b"\1" * 4096)
        return sum(page[:])


def file():
    with open("/tmp/one", "w") as out:
        out.write("hello")
    os.rename("/tmp/one", "/tmp/two")
    return os.stat("/tmp/two").st_size


def timer():
    before = time.monotonic()
    time.sleep(0.01)
    return "ok" if time.monotonic() - before >= 0.01 else "failed"


print("threads", threads())
print("socket", asyncio.run(echo()))
print("child", subprocess.run(["/bin/sh", "-c", "exit 7"]).returncode)
print("memory", memory())
print("file", file())
print("timer", timer())
