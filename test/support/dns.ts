import { createSocket, type Socket } from "node:dgram";
import type { AddressInfo } from "node:net";

/** A DNS server on loopback that knows TXT records only (RFC 1035, section 4). */
export class TestDns implements AsyncDisposable {
  readonly records = new Map<string, string[]>();
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("message", (message, from) => socket.send(this.#answer(message), from.port, from.address));
  }

  static async start(): Promise<TestDns> {
    const socket = createSocket("udp4");
    await new Promise<void>((resolve) => socket.bind(0, "127.0.0.1", resolve));
    return new TestDns(socket);
  }

  get address(): string {
    return `127.0.0.1:${(this.#socket.address() as AddressInfo).port}`;
  }

  #answer(question: Buffer): Buffer {
    const labels: string[] = [];
    let at = 12;
    while (question[at]) {
      const length = question[at] as number; // not 0
      labels.push(question.toString("latin1", at + 1, at + 1 + length));
      at += length + 1;
    }
    const end = at + 5;
    const texts = this.records.get(labels.join(".").toLowerCase()) ?? [];
    const header = Buffer.from(question.subarray(0, 12));
    header.writeUInt16BE(texts.length > 0 ? 0x8180 : 0x8183, 2); // an answer, or no such name
    header.writeUInt16BE(1, 4);
    header.writeUInt16BE(texts.length, 6);
    header.writeUInt32BE(0, 8);
    const answers = texts.map((text) => {
      const data = Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
      const fixed = Buffer.from([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60, 0, data.length]);
      return Buffer.concat([fixed, data]);
    });
    return Buffer.concat([header, question.subarray(12, end), ...answers]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#socket.close(resolve));
  }
}
