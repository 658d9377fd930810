/**
 * Closes a window as a click on its ✕ does: with the WM_DELETE_WINDOW message that a window manager sends.
 * Under Xvfb there is no window manager, and neither WebDriver nor xdotool sends it, so this speaks X11 itself.
 */
import { once } from "node:events";
import { connect } from "node:net";

const REPLY = 32;

class Connection {
  constructor(socket) {
    this.socket = socket;
    this.read = Buffer.alloc(0);
    socket.on("data", (chunk) => {
      this.read = Buffer.concat([this.read, chunk]);
      socket.emit("more");
    });
  }

  async take(size) {
    while (this.read.length < size) {
      await once(this.socket, "more");
    }
    const taken = this.read.subarray(0, size);
    this.read = this.read.subarray(size);
    return taken;
  }

  async greet() {
    const hello = Buffer.alloc(12);
    hello.write("l", 0);
    hello.writeUInt16LE(11, 2);
    this.socket.write(hello);
    const head = await this.take(8);
    if (head[0] !== 1) {
      throw new Error("The X server refused the connection.");
    }
    await this.take(head.readUInt16LE(6) * 4);
  }

  async atom(name) {
    const padded = Math.ceil(name.length / 4) * 4;
    const request = Buffer.alloc(8 + padded);
    request[0] = 16;
    request.writeUInt16LE(request.length / 4, 2);
    request.writeUInt16LE(name.length, 4);
    request.write(name, 8);
    this.socket.write(request);
    return (await this.take(REPLY)).readUInt32LE(8);
  }

  async clientMessage(window, type, value) {
    const request = Buffer.alloc(44);
    request[0] = 25;
    request.writeUInt16LE(11, 2);
    request.writeUInt32LE(window, 4);
    request[12] = 33;
    request[13] = 32;
    request.writeUInt32LE(window, 16);
    request.writeUInt32LE(type, 20);
    request.writeUInt32LE(value, 24);
    this.socket.write(request);
    // A question with an answer (where is the focus?), so that the message has arrived before we hang up.
    this.socket.write(Buffer.from([43, 0, 1, 0]));
    await this.take(REPLY);
  }
}

export async function closeWindow(display, window) {
  const socket = connect(`/tmp/.X11-unix/X${display.replace(":", "")}`);
  await once(socket, "connect");
  const x = new Connection(socket);
  await x.greet();
  const protocols = await x.atom("WM_PROTOCOLS");
  await x.clientMessage(window, protocols, await x.atom("WM_DELETE_WINDOW"));
  socket.destroy();
}
