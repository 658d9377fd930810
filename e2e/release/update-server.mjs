/** An update server on this computer that can be told to answer as a hostile one would. */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename } from "node:path";
import { newStatement, signedManifest } from "../../scripts/lib/manifest.mjs";
import { signing } from "./packages.mjs";

const PLATFORM = process.arch === "arm64" ? "linux-aarch64-deb" : "linux-x86_64-deb";

export class UpdateServer {
  /** Listens where the packages look. */
  static async open({ port, keys, packages }) {
    const server = new UpdateServer();
    Object.assign(server, { port, keys, packages, answer: null, share: 1, asked: [] });
    server.http = createServer((request, reply) => server.#reply(request.url, reply));
    await new Promise((settle, reject) => {
      server.http.once("error", (error) =>
        reject(new Error(`The port that the packages were built for is taken: ${error.message}`)),
      );
      server.http.listen(port, "127.0.0.1", settle);
    });
    return server;
  }

  #reply(url, reply) {
    this.asked.push(url);
    if (url === "/latest.json") {
      reply.setHeader("content-type", "application/json");
      reply.end(JSON.stringify(this.answer));
      return;
    }
    const file = Object.values(this.packages).find((path) => url === `/${basename(path)}`);
    if (!file) {
      reply.statusCode = 404;
      reply.end();
      return;
    }
    const content = readFileSync(file);
    reply.end(content.subarray(0, Math.floor(content.length * this.share)));
  }

  /** The manifest of `version`, with the package of `packaged`; `terms` are the statement's own. */
  async release(version, { packaged = version, key = this.keys.release, signature, ...terms } = {}) {
    const file = this.packages[packaged];
    const platforms = {
      [PLATFORM]: {
        url: `http://127.0.0.1:${this.port}/${basename(file)}`,
        signature: signature ?? readFileSync(`${file}.sig`, "utf8").trim(),
      },
    };
    const notes = `What is new in ${version}.`;
    return signedManifest(newStatement({ version, notes, platforms, ...terms }), signing(key));
  }

  close() {
    return new Promise((settle) => {
      this.http.close(settle);
      this.http.closeAllConnections();
    });
  }
}
