/** Reads HTTP answers with a Content-Length off a connection, one after another. */
export class AnswerReader {
  readonly #onAnswer: (status: number, body: string) => void;
  readonly #keepsBodies: boolean;
  #head: Buffer = Buffer.alloc(0);
  #status = 0;
  #left = 0;
  #body: Buffer[] = [];

  constructor(onAnswer: (status: number, body: string) => void, keepsBodies: boolean) {
    this.#onAnswer = onAnswer;
    this.#keepsBodies = keepsBodies;
  }

  take(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.#left > 0 ? this.#takeBody(rest) : this.#takeHead(rest);
  }

  #takeHead(chunk: Buffer): Buffer {
    const all = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    const end = all.indexOf('\r\n\r\n');
    if (end === -1) {
      this.#head = all;
      return Buffer.alloc(0);
    }
    const head = all.toString('latin1', 0, end);
    this.#head = Buffer.alloc(0);
    this.#status = Number(head.slice(9, 12));
    this.#left = Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#left === 0) this.#tell();
    return all.subarray(end + 4);
  }

  #takeBody(chunk: Buffer): Buffer {
    const part = chunk.subarray(0, this.#left);
    this.#left -= part.length;
    if (this.#keepsBodies) this.#body.push(part);
    if (this.#left === 0) this.#tell();
    return chunk.subarray(part.length);
  }

  #tell(): void {
    const body = this.#keepsBodies ? Buffer.concat(this.#body).toString() : '';
    this.#body = [];
    this.#onAnswer(this.#status, body);
  }
}
