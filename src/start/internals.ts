import type pg from "pg";
import type { Access } from "../access/access.ts";
import type { AuditLog } from "../audit/log.ts";
import type { Actor } from "../audit/record.ts";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import type { EmbeddedServer } from "../db/embedded.ts";
import type { AppSchema } from "../fleet/app-migrations.ts";
import type { AppSealing } from "../fleet/sealing.ts";
import type { SharedLimits } from "../gate/shared-limits.ts";
import type { Identity } from "../identity/identity.ts";
import type { Integrations } from "../integrations/integrations.ts";
import type { Executor } from "../isolation/executor.ts";
import type { ObjectStorage } from "../isolation/storage.ts";
import type { RootKey } from "../keys/derive.ts";
import type { Encryption } from "../keys/encryption.ts";
import type { Keyring } from "../keys/keyring.ts";
import type { SubjectKeys } from "../keys/subjects.ts";
import type { Keeper } from "../lifecycle/keeper.ts";
import type { LifecycleParts } from "../lifecycle/parts.ts";
import type { Workflows } from "../lifecycle/workflow.ts";
import type { Outbox } from "../mail/outbox.ts";
import type { Scim } from "../scim/scim.ts";
import type { Sso } from "../sso/sso.ts";
import type { StreamSender } from "../streams/sender.ts";
import type { Streams } from "../streams/streams.ts";
import type { Cells } from "../tenants/cells.ts";

export interface Internals {
  /** Who acts when nobody else is named. */
  readonly by: Actor;
  readonly config: Config;
  readonly control: pg.Pool;
  readonly cells: Cells;
  readonly parts: LifecycleParts;
  readonly workflows: Workflows;
  readonly executor: Executor;
  readonly storage: ObjectStorage;
  readonly keeper: Keeper;
  readonly rootKey: RootKey;
  /** Seals and opens values with the keys of their tenant. */
  readonly keyring: Keyring;
  /** Mail to people: written with its cause, sent afterwards. */
  readonly mail: Outbox;
  /** Who is who: users, sessions, keys, memberships. */
  readonly identity: Identity;
  /** The life of keys: rotation, counts, views. */
  readonly encryption: Encryption;
  /** Seals what is kept about one person, and destroys it alone. */
  readonly subjects: SubjectKeys;
  /** The sealing of the app's columns. */
  readonly sealing: AppSealing;
  /** Who may do what. The first call loads the Cedar engine. */
  readonly access: () => Promise<Access>;
  readonly audit: AuditLog;
  /** Rates and requests at one time, kept with all processes that serve requests. */
  readonly limits: SharedLimits;
  readonly sso: Sso;
  readonly scim: Scim;
  readonly integrations: Integrations;
  /** Of the audit log, to receivers outside. */
  readonly streams: Streams;
  readonly sender: StreamSender;
  readonly log: Log;
  readonly embedded: EmbeddedServer | null;
  /** The app's schema as this process knows it. */
  readonly app: () => AppSchema;
  readonly reloadApp: () => Promise<AppSchema>;
  close(): Promise<void>;
}
