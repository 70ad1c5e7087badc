import type { Rate, Take } from "./gcra.ts";
import { LEASE_PAUSE_US, LEASE_S } from "./limits.ts";
import type { Lease, LeaseAsk } from "./ports.ts";
import { addSlots, countSlots, type Slots, takeSlot } from "./slots.ts";

const EPSILON_US = 0.5;

/** One rate as a process sees it that leases its slots. Times are of the store's clock, in microseconds. */
export class LeasedRate {
  #rate: Rate;
  #costUs = 0;
  #depthUs = 0;
  /** In the order of their time. */
  #stretches: Slots[] = [];
  #fullAtUs = 0;
  #aheadAtUs = 0;
  #leasedCount = 0;

  constructor(rate: Rate) {
    this.#rate = rate;
    this.#measure();
  }

  get rate(): Rate {
    return this.#rate;
  }

  /** When the burst is whole again, as last heard. */
  get fullAtUs(): number {
    return this.#fullAtUs;
  }

  /** Another plan: what was leased at the old rate is left to pass. */
  changeTo(rate: Rate): void {
    if (rate.burst === this.#rate.burst && rate.perSecond === this.#rate.perSecond) return;
    this.#rate = rate;
    this.#measure();
    this.#stretches = [];
  }

  /** Admits or refuses; undefined: the store must be asked. */
  take(nowUs: number): Take | undefined {
    for (let first = this.#stretches[0]; first; first = this.#stretches[0]) {
      if (takeSlot(first, this.#costUs, nowUs)) return this.#told(true, nowUs);
      this.#stretches.shift();
    }
    return nowUs < this.#refusedUntilUs() ? this.refusal(nowUs) : undefined;
  }

  refusal(nowUs: number): Take {
    return this.#told(false, nowUs);
  }

  /** Half of what was leased is gone, and there may be more. */
  isRunningOut(nowUs: number): boolean {
    if (nowUs < this.#aheadAtUs || nowUs < this.#refusedUntilUs()) return false;
    return this.#count(nowUs) * 2 <= this.#leasedCount;
  }

  ask(need: number): Omit<LeaseAsk, "key" | "backlogUs"> {
    const want = Math.ceil(this.#rate.perSecond * LEASE_S);
    return { costUs: this.#costUs, depthUs: this.#depthUs, need, want };
  }

  add({ granted, fullAtUs, nowUs }: Lease): void {
    this.#fullAtUs = fullAtUs;
    if (granted > 0)
      addSlots(this.#stretches, { nextUs: fullAtUs - granted * this.#costUs, endUs: fullAtUs });
    this.#leasedCount = this.#count(nowUs);
    this.#aheadAtUs = nowUs + (granted > 0 ? 0 : LEASE_PAUSE_US);
  }

  #measure(): void {
    // Rounded up: a rate may be kept a millionth too low, never too high.
    this.#costUs = Math.max(1, Math.ceil(1e6 / this.#rate.perSecond));
    this.#depthUs = this.#costUs * this.#rate.burst;
  }

  /** Others can only make it later. */
  #refusedUntilUs(): number {
    return this.#fullAtUs + this.#costUs - this.#depthUs - EPSILON_US;
  }

  #count(nowUs: number): number {
    return this.#stretches.reduce((sum, each) => sum + countSlots(each, this.#costUs, nowUs), 0);
  }

  #told(isAdmitted: boolean, nowUs: number): Take {
    const own = this.#count(nowUs);
    const behindUs = Math.max(0, this.#fullAtUs - nowUs);
    const free = Math.max(0, Math.floor((this.#depthUs - behindUs + EPSILON_US) / this.#costUs));
    const waitUs = this.#refusedUntilUs() - nowUs;
    return {
      isAdmitted,
      remaining: own + free,
      resetS: Math.ceil(Math.max(0, behindUs - own * this.#costUs) / 1e6),
      waitS: isAdmitted ? 0 : Math.max(1, Math.ceil(waitUs / 1e6)),
      fullAtMs: this.#fullAtUs / 1_000,
    };
  }
}
