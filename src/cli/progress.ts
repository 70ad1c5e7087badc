import { cutTo } from "./display-width.ts";
import type { Output } from "./output.ts";

export interface Step {
  readonly done: number;
  readonly total: number;
  readonly failed: number;
  readonly current: string;
}

const BAR_WIDTH = 24;
const REDRAW_MS = 80;
/** Without a terminal a line now and then shows that it goes on. */
const LINE_MS = 5_000;

/** A bar on a terminal, lines elsewhere, nothing with --json or --quiet. */
export class Progress {
  readonly #out: Output;
  readonly #what: string;
  #last: Step | undefined;
  #shownMs: number;
  #isDrawn = false;

  constructor(out: Output, what: string) {
    this.#out = out;
    this.#what = what;
    this.#shownMs = out.isLive ? Number.NEGATIVE_INFINITY : performance.now();
  }

  update(step: Step): void {
    this.#last = step;
    const now = performance.now();
    const isLast = step.done + step.failed >= step.total;
    if (now - this.#shownMs < (this.#out.isLive ? REDRAW_MS : LINE_MS) && !isLast) return;
    this.#shownMs = now;
    if (this.#out.isLive) {
      this.#out.redraw(cutTo(this.#bar(step), this.#out.columns - 1));
      this.#isDrawn = true;
    } else {
      this.#out.say(`${this.#what}: ${counts(step)}`);
    }
  }

  /** Leaves the bar as it stands, on a line of its own. */
  end(): void {
    if (!this.#isDrawn || !this.#last) return;
    this.#out.redraw(cutTo(this.#bar({ ...this.#last, current: "" }), this.#out.columns - 1));
    this.#out.talk("");
    this.#isDrawn = false;
  }

  #bar(step: Step): string {
    const share = step.total === 0 ? 1 : Math.min(1, (step.done + step.failed) / step.total);
    const full = Math.round(share * BAR_WIDTH);
    const bar = `${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)}`;
    return `${this.#what} ${bar} ${counts(step)}${step.current === "" ? "" : `  ${this.#out.clean(step.current)}`}`;
  }
}

function counts({ done, total, failed }: Step): string {
  const number = (count: number) => count.toLocaleString("en");
  return `${number(done)} of ${number(total)}${failed > 0 ? `, ${number(failed)} failed` : ""}`;
}
