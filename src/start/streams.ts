import type pg from "pg";
import type { AuditLog } from "../audit/log.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../base/config.ts";
import { guardedFetch } from "../base/guarded-fetch.ts";
import type { Log } from "../base/log.ts";
import type { Identity } from "../identity/identity.ts";
import { tellStreamDisabled } from "../identity/stream-notice.ts";
import type { Keyring } from "../keys/keyring.ts";
import { ANSWER_BYTES_MAX, TIMEOUT_MS } from "../streams/limits.ts";
import { StreamSender } from "../streams/sender.ts";
import { Streams } from "../streams/streams.ts";

/** Streams of the audit log, and who sends them; it begins to when it is started. */
export function openStreams(ground: {
  readonly config: Config;
  readonly control: pg.Pool;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly identity: Identity;
  readonly audit: AuditLog;
  readonly log: Log;
}): { readonly streams: Streams; readonly sender: StreamSender } {
  const { config, control, clock, keyring, identity, audit, log } = ground;
  const allow = config.security.outboundAllow;
  const streams = new Streams({
    pool: control,
    clock,
    keyring,
    signer: audit.signer,
    fetch: guardedFetch({ allow, timeoutMs: TIMEOUT_MS, bytesMax: ANSWER_BYTES_MAX }),
    isPrivateAllowed: allow.length > 0,
  });
  const sender = new StreamSender({
    ...streams.parts,
    tell: async (tx, stream) => {
      log.error("An audit stream disabled itself", { ...stream });
      await tellStreamDisabled(identity.parts, tx, stream);
    },
    onError: (error) => log.error("Audit streams could not be served", { error: error.message }),
  });
  return { streams, sender };
}
