/**
 * Waiting work, one FIFO per tenant, served round robin: a tenant that queues a thousand statements delays each
 * other tenant by one of its own, not by a thousand. (Round robin rather than deficit round robin: statements are
 * bounded by the lane, so counting them is close enough to counting time.)
 */
export class FairQueue<T> {
  readonly #queues = new Map<string, T[]>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many items of one tenant wait. */
  sizeOf(tenantId: string): number {
    return this.#queues.get(tenantId)?.length ?? 0;
  }

  push(tenantId: string, item: T): void {
    const queue = this.#queues.get(tenantId);
    if (queue) queue.push(item);
    else this.#queues.set(tenantId, [item]);
    this.#size += 1;
  }

  /** The next item of a tenant whose turn it may be; the tenant goes to the end of the round. */
  shift(mayTake: (tenantId: string) => boolean = () => true): T | undefined {
    for (const [tenantId, queue] of this.#queues) {
      if (!mayTake(tenantId)) continue;
      const item = queue.shift();
      this.#size -= 1;
      this.#queues.delete(tenantId);
      if (queue.length > 0) this.#queues.set(tenantId, queue);
      return item;
    }
    return undefined;
  }

  remove(tenantId: string, item: T): boolean {
    const queue = this.#queues.get(tenantId);
    const at = queue?.indexOf(item) ?? -1;
    if (!queue || at < 0) return false;
    queue.splice(at, 1);
    this.#size -= 1;
    if (queue.length === 0) this.#queues.delete(tenantId);
    return true;
  }
}
