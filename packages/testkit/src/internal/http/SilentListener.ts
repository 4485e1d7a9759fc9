/** Accepts connections and never says a word: a server whose handshake stalls. */
import { createServer, type Socket } from "node:net"

export class SilentListener {
  private readonly sockets = new Set<Socket>()
  private isClosed = false
  private readonly server = createServer((socket) => {
    socket.on("error", () => {})
    // It was under way when the listener was closed, and would keep it from ending.
    if (this.isClosed) return void socket.destroy()
    this.sockets.add(socket)
    socket.on("close", () => this.sockets.delete(socket))
  })

  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject)
      this.server.listen(port, "127.0.0.1", () => resolve())
    })
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.isClosed = true
      this.server.close(() => resolve())
      for (const socket of this.sockets) socket.destroy()
    })
  }
}
