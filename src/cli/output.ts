import { cleanText } from "./display-width.ts";
import { type Column, renderFacts, renderTable } from "./table.ts";

export type Colour = "red" | "green" | "yellow" | "dim" | "bold";
const CODES: Readonly<Record<Colour, readonly [on: number, off: number]>> = {
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  dim: [2, 22],
  bold: [1, 22],
};

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

export interface OutputOptions {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isJson: boolean;
  readonly isQuiet: boolean;
}

/** Data goes to stdout, once, as JSON or for people; talk and progress go to stderr. */
export class Output {
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  get isJson(): boolean {
    return this.#options.isJson;
  }

  get isQuiet(): boolean {
    return this.#options.isQuiet;
  }

  /** Progress may redraw its line. */
  get isLive(): boolean {
    return this.#options.stderr.isTTY === true && !this.isQuiet && !this.isJson;
  }

  get columns(): number {
    return this.#options.stderr.columns || 80;
  }

  /** The answer of a command: `value` for programs, `text` for people. */
  answer(value: unknown, text: () => string): void {
    this.#options.stdout.write(this.isJson ? `${JSON.stringify(value, null, 2)}\n` : text());
  }

  /** As it is, whatever the mode: help, SQL, generated code. */
  raw(text: string): void {
    this.#options.stdout.write(text);
  }

  /** A remark for people; silent with --quiet, and with --json, where only errors are told. */
  say(line: string): void {
    if (!this.isQuiet && !this.isJson) this.talk(line);
  }

  /** To stderr in any mode. */
  talk(line: string): void {
    this.#options.stderr.write(`${line}\n`);
  }

  /** Redraws the last line of stderr. */
  redraw(line: string): void {
    this.#options.stderr.write(`\r\u001B[2K${line}`);
  }

  clean(text: string): string {
    return cleanText(text);
  }

  /** Colours are for a terminal; NO_COLOR (no-color.org) and TERM=dumb turn them off. */
  paint(colour: Colour, text: string, stream: "stdout" | "stderr" = "stderr"): string {
    const { env } = this.#options;
    if (!this.#options[stream].isTTY || env["NO_COLOR"] || env["TERM"] === "dumb") return text;
    const [on, off] = CODES[colour];
    return `\u001B[${on}m${text}\u001B[${off}m`;
  }

  table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], none: string): string {
    if (rows.length === 0) return `${none}\n`;
    const { stdout } = this.#options;
    return renderTable(columns, rows, {
      width: stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY,
      head: (text) => this.paint("dim", text, "stdout"),
      body: (text, title) => (title === "Status" ? this.#paintStatus(text) : text),
    });
  }

  facts(facts: readonly (readonly [string, string])[]): string {
    return renderFacts(facts, (text) => this.paint("dim", text, "stdout"));
  }

  #paintStatus(text: string): string {
    const colour = STATUS_COLOURS[text.trim()];
    return colour ? this.paint(colour, text, "stdout") : text;
  }
}

const STATUS_COLOURS: Readonly<Record<string, Colour>> = {
  active: "green",
  open: "green",
  ok: "green",
  done: "green",
  held: "green",
  suspended: "yellow",
  provisioning: "yellow",
  moving: "yellow",
  running: "yellow",
  warning: "yellow",
  deleting: "red",
  erasing: "red",
  failed: "red",
  crossed: "red",
  unreachable: "red",
};
