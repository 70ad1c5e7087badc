import type pg from "pg";
import { keepAudit } from "../audit/retention.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import type { AppSealing } from "../fleet/sealing.ts";
import type { Identity } from "../identity/identity.ts";
import type { Integrations } from "../integrations/integrations.ts";
import type { ObjectStorage } from "../isolation/storage.ts";
import type { Encryption } from "../keys/encryption.ts";
import type { Duty } from "../lifecycle/duty.ts";
import type { Outbox } from "../mail/outbox.ts";
import { closeDueReviews } from "../reviews/decide.ts";
import type { Sso } from "../sso/sso.ts";
import type { Streams } from "../streams/streams.ts";

/** What the keeper does beside its own work, each with the actions that it may leave in the audit log. */
export function duties(
  house: {
    readonly config: Config;
    readonly control: pg.Pool;
    readonly clock: Clock;
    readonly log: Log;
    readonly storage: ObjectStorage;
    readonly mail: Outbox;
    readonly identity: Identity;
    readonly sso: Sso;
    readonly integrations: Integrations;
    readonly streams: Streams;
    readonly encryption: Encryption;
    readonly sealing: AppSealing;
  },
  resumeProofs: () => Promise<unknown>,
): { readonly sweeps: readonly Duty[]; readonly keys: readonly Duty[] } {
  const {
    config,
    control,
    clock,
    log,
    storage,
    mail,
    identity,
    sso,
    integrations,
    streams,
    encryption,
    sealing,
  } = house;
  return {
    sweeps: [
      {
        name: "keep-audit",
        actions: ["audit.pruned", "process.lost"],
        run: () => keepAudit(control, clock.now(), config.auditRetentionDays),
      },
      {
        name: "settle-files",
        actions: null,
        unrecorded: "What a crash left half written was acknowledged to nobody.",
        run: () => storage.sweepStorage(),
      },
      {
        name: "forget-mails",
        actions: null,
        unrecorded: "Mails go by the calendar; that they were sent is on record with their cause.",
        run: () => mail.sweep(),
      },
      {
        name: "forget-attempts",
        actions: null,
        unrecorded: "Attempts and ceremonies that are over go by the calendar; each left its record.",
        run: () => identity.sweep(),
      },
      {
        name: "forget-stream-secrets",
        actions: null,
        unrecorded: "When a rotated secret ends is said by the record of its rotation.",
        run: () => streams.sweep(),
      },
      { name: "close-due-reviews", actions: ["review.closed"], run: () => closeDueReviews(identity.parts) },
      {
        name: "refresh-sso-metadata",
        actions: ["sso.connection_updated"],
        run: () => sso.refreshMetadata(log),
      },
      { name: "renew-integrations", actions: ["integration.failed"], run: () => integrations.renewEnding() },
      { name: "resume-proofs", actions: ["isolation.proof_finished"], run: resumeProofs },
    ],
    keys: [
      {
        name: "rotate-keys",
        actions: ["encryption.keys_rotated", "encryption.key_retired", "encryption.root_replaced"],
        run: () => encryption.keepHouse(),
      },
      { name: "seal-columns", actions: ["app.column_sealing"], run: () => sealing.keep() },
    ],
  };
}
