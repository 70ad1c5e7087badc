import type pg from "pg";
import { Access } from "../access/access.ts";
import { recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import { withTx } from "../db/tx.ts";

/** The engine takes a moment to load, and commands that decide nothing do without: the first call opens it. */
export function openAccess(ground: {
  readonly config: Config;
  readonly control: pg.Pool;
  readonly clock: Clock;
  readonly log: Log;
}): { readonly access: () => Promise<Access>; readonly forgetRules: (scope: string | null) => void } {
  const { config, control, clock, log } = ground;
  let opening: Promise<Access> | undefined;
  const access = () => {
    opening ??= Access.open({
      pool: control,
      clock,
      log,
      shadowRate: config.security.policyShadowPercent / 100,
      onMismatch: (detail) =>
        withTx(control, (tx) =>
          recordEvent(
            tx,
            { actor: "system:access" },
            "access.engines_disagreed",
            null,
            { ...detail },
            { outcome: "failed" },
          ),
        ),
    });
    return opening;
  };
  return {
    access,
    forgetRules: (scope) => void opening?.then(({ book }) => book.forget(scope)).catch(() => undefined),
  };
}
