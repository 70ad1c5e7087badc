import type pg from "pg";
import { loadParser } from "./adopt/ast.ts";
import { AuditLog } from "./audit/log.ts";
import { ensureMonths } from "./audit/store.ts";
import { systemClock } from "./base/clock.ts";
import { type Config, loadConfig } from "./base/config.ts";
import { isUuid } from "./base/ids.ts";
import { type Log, stderrLog } from "./base/log.ts";
import { defaultDataDir, type EmbeddedServer, startEmbedded } from "./db/embedded.ts";
import { Listener } from "./db/listener.ts";
import { migrateSchema } from "./db/migrate.ts";
import { many } from "./db/sql.ts";
import { connectionConfig } from "./db/url.ts";
import { resumeRun } from "./fleet/migration-run.ts";
import { RedisRates } from "./gate/redis-rates.ts";
import { roleBook } from "./gate/role-book.ts";
import { SharedLimits } from "./gate/shared-limits.ts";
import { breachListAt } from "./identity/breached.ts";
import { Identity } from "./identity/identity.ts";
import { RevocationFeed } from "./identity/revocation-feed.ts";
import { Site } from "./identity/site.ts";
import { Connections } from "./isolation/connections.ts";
import type { ContextFacets } from "./isolation/context.ts";
import { TenantDataManager } from "./isolation/data-manager.ts";
import { Directory } from "./isolation/directory.ts";
import { Executor } from "./isolation/executor.ts";
import { type AssertOpen, tenantAnalytics, tenantCache, tenantStorage } from "./isolation/facets.ts";
import { openStorageDriver } from "./isolation/open-driver.ts";
import { prepareCell, prepareDatabase } from "./isolation/place-setup.ts";
import { dataFacets } from "./isolation/proof/data-facets.ts";
import { appRole, assertSafe } from "./isolation/roles.ts";
import { SealedColumns } from "./isolation/sealed-columns.ts";
import { ObjectStorage } from "./isolation/storage.ts";
import { SystemAccess } from "./isolation/system.ts";
import type { RootKey } from "./keys/derive.ts";
import { eraseDefinition } from "./lifecycle/erase.ts";
import { Keeper } from "./lifecycle/keeper.ts";
import { type LifecycleParts, poolsOf } from "./lifecycle/parts.ts";
import { sweepProofs } from "./lifecycle/prove-isolation.ts";
import { provisionDefinition } from "./lifecycle/provision.ts";
import { TenantManager } from "./lifecycle/tenant-manager.ts";
import { Workflows } from "./lifecycle/workflow.ts";
import { Outbox } from "./mail/outbox.ts";
import { openSmtp } from "./mail/smtp.ts";
import { openAccess } from "./start/access.ts";
import { LiveAppSchema } from "./start/app-shape.ts";
import { duties } from "./start/duties.ts";
import type { Internals } from "./start/internals.ts";
import { openKeys } from "./start/keys.ts";
import type { TenancyOptions } from "./start/options.ts";
import { openOutside } from "./start/outside.ts";
import { tenantRemnants } from "./start/remnants.ts";
import { openRootKey } from "./start/root-key.ts";
import { openCache, remnantsOf } from "./start/stores.ts";
import { openStreams } from "./start/streams.ts";
import { Cells } from "./tenants/cells.ts";
import { openInstallation } from "./tenants/installation.ts";

export { changeEncryptionKey } from "./start/change-key.ts";
export type { Internals, TenancyOptions };

/** Everything, joined. `createTenancy` makes it; `close` ends it. */
export class Tenancy {
  readonly tenants: TenantManager;
  readonly data: TenantDataManager;
  readonly config: Config;
  /** For the surfaces (HTTP, CLI); apps use `tenants` and `data`. */
  readonly internals: Internals;

  constructor(internals: Internals, tenants: TenantManager, data: TenantDataManager) {
    this.internals = internals;
    this.config = internals.config;
    this.tenants = tenants;
    this.data = data;
  }

  /** The only door across tenants, for work that the platform's owner does on all of them. It is recorded. */
  system(reason: string): Promise<SystemAccess> {
    return SystemAccess.enter(this.internals.control, this.data, reason, this.internals.by);
  }

  async close(): Promise<void> {
    await this.internals.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/** Starts the platform inside this process: connects (or starts the embedded PostgreSQL), migrates, checks, opens. */
export async function createTenancy(options: TenancyOptions = {}): Promise<Tenancy> {
  const cwd = options.cwd ?? process.cwd();
  const config =
    options.config ?? (await loadConfig({ env: options.env ?? process.env, cwd, defaultDataDir }));
  const log = options.log ?? stderrLog(options.clock ?? systemClock);
  const embedded = config.databaseUrl ? null : await startEmbedded({ dataDir: config.dataDir });
  try {
    return await assemble(options, config, log, embedded);
  } catch (failure) {
    await embedded?.stop();
    throw failure;
  }
}

async function assemble(
  options: TenancyOptions,
  config: Config,
  log: Log,
  embedded: EmbeddedServer | null,
): Promise<Tenancy> {
  const url = embedded?.url ?? (config.databaseUrl?.reveal() as string); // one of the two is there
  const rootKey = await openRootKey(config);
  const cells = new Cells({
    controlUrl: url,
    rootKey,
    ...(options.pooler ? { pooler: options.pooler } : {}),
  });
  const control = cells.control.pool();
  const listener = new Listener(url);
  try {
    await prepareDatabase(control);
    await migrateSchema(control, "control");
    await many(control, ensureMonths);
    const installationId = await openInstallation(control, rootKey, options.isChangingKey);
    const role = appRole(installationId);
    await prepareCell(cells, "local", role);
    await assertSafe(control, role);
    await loadParser();
    const audit = await AuditLog.open({
      pool: control,
      connection: connectionConfig(url),
      sealing: rootKey,
      installationId,
      onError: (what, error) => log.error(what, { error: error.message }),
      onBatch: options.onAuditBatch,
    });
    const ground = { config, log, embedded, cells, control, listener, rootKey, role, audit };
    return await open(options, ground);
  } catch (failure) {
    await listener.close();
    await cells.close();
    throw failure;
  }
}

interface Ground {
  readonly config: Config;
  readonly log: Log;
  readonly embedded: EmbeddedServer | null;
  readonly cells: Cells;
  readonly control: pg.Pool;
  readonly listener: Listener;
  readonly rootKey: RootKey;
  readonly role: string;
  readonly audit: AuditLog;
}

async function open(options: TenancyOptions, ground: Ground): Promise<Tenancy> {
  const { config, log, embedded, cells, control, listener, rootKey, role, audit } = ground;
  const live = await LiveAppSchema.open(control, () => executor.forgetRewrites());
  const directory = new Directory({ control, listener, rootKey, maxStorageGb: config.limits.maxStorageGb });
  const connections = new Connections({
    cells,
    role,
    ...(options.connections ? { limits: options.connections } : {}),
  });
  const executor = new Executor({
    directory,
    connections,
    rewrite: (text) => live.rewrite(text),
    refuse: (text) => live.refuseSealed(text),
  });
  live.watch(listener, log);
  const clock = options.clock ?? systemClock;
  const { keyPool, keyring, subjects, sealing, encryption } = await openKeys({
    ...{ config, control, cells, rootKey, clock, live },
    env: options.env ?? process.env,
  });
  listener.on(
    "tenancy_keys_changed",
    (scope) => (scope === "platform" || isUuid(scope)) && keyring.forget(scope === "platform" ? null : scope),
    () => keyring.forget(),
  );
  let forgetAccess: (scope: string | null) => void = () => undefined;
  listener.on(
    "tenancy_access_changed",
    (scope) => isUuid(scope) && forgetAccess(scope),
    () => forgetAccess(null),
  );
  const mail = new Outbox({
    pool: control,
    clock,
    keyring,
    transport: config.mail.url ? openSmtp(config.mail.url.reveal(), config.mail.from) : null,
    onError: (error) => log.error("The outbox failed", { error: error.message }),
  });
  if (options.background !== false)
    listener.on(
      "tenancy_mail",
      () => mail.kick(),
      () => mail.kick(),
    );
  const feed = new RevocationFeed(control);
  listener.on(
    "tenancy_revoked",
    (payload) => feed.hear(payload),
    () => undefined,
  );
  await listener.open();

  const cache = await openCache(config, rootKey, keyring, log);
  directory.onChange((tenantId) => cache.letGo(tenantId));
  directory.onNotice((tenantId) => {
    if (tenantId === null) cache.letGo(null);
  });
  const storage = new ObjectStorage({
    driver: await openStorageDriver(config.storageUrl),
    pool: control,
    rootKey,
    keyring,
    ...(options.clock ? { clock: options.clock } : {}),
    signedUrlBase: options.signedUrlBase ?? `http://${config.server.host}:${config.server.port}/v1/files/`,
  });
  const { access, forgetRules } = openAccess({ config, control, clock, log });
  forgetAccess = forgetRules;
  directory.onNotice(forgetRules);
  const identity: Identity = new Identity({
    pool: control,
    clock,
    sessionTimeoutMs: config.sessionTimeoutMs,
    roles: roleBook(async () => ({ access: await access(), memberships: identity.memberships })),
    feed,
    keyring,
    mail,
    site: new Site(config.server),
    breached: breachListAt(config.security.breachListUrl),
    isMfaEnabled: config.mfaEnabled,
    isMfaRequired: config.security.mfaRequired,
  });
  const limits = new SharedLimits({
    pool: control,
    redis: config.cacheUrl
      ? new RedisRates({ url: config.cacheUrl.reveal(), prefix: config.cachePrefix })
      : null,
    clock,
    log,
  });
  const { sso, scim, integrations } = openOutside({
    ...{ config, control, clock, keyring, identity },
    dnsServers: options.dnsServers,
  });
  const { streams, sender } = openStreams({ config, control, clock, keyring, identity, audit, log });
  const parts: LifecycleParts = {
    control,
    cells,
    rootKey,
    role,
    clock,
    connections,
    forget: (tenantId) => directory.forget(tenantId),
    ...remnantsOf(cache, storage),
    identity: tenantRemnants({ control, identity, integrations, scim, sso, streams }),
    keys: {
      erase: async (tenantId, by) => void (await encryption.destroy(tenantId, by)),
      count: (tenantId) => encryption.countLive(tenantId),
    },
    appSchema: () => live.newest(),
    sealedColumns: (tenantId) => new SealedColumns(tenantId, seals),
    ...poolsOf(cells),
  };
  const workflows = new Workflows({
    pool: control,
    definitions: { provision: provisionDefinition(parts), erase: eraseDefinition(parts) },
    ...(options.onStep ? { onStep: options.onStep } : {}),
  });
  const keeper = new Keeper({
    parts,
    workflows,
    warm: { schema: config.pool.schemas, database: config.pool.databases },
    ...duties(
      {
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
      },
      () => sweepProofs({ lifecycle: parts, workflows, executor, facets: dataFacets(data) }),
    ),
    resumeRun: async () => resumeRun({ control, cells }, await parts.appSchema()),
    onError: (error) => log.error("A background duty failed", { error: error.message }),
  });
  const by = options.by ?? { actor: "library" };
  const tenants = new TenantManager({ parts, workflows, defaultLevel: config.isolationLevel, by });
  const facets = (tenantId: string, assertOpen: AssertOpen): ContextFacets => {
    const files = tenantStorage(directory, storage, tenantId, assertOpen);
    return {
      cache: tenantCache(directory, cache, tenantId, assertOpen),
      storage: files,
      analytics: tenantAnalytics(executor, live.shape.tables, files, tenantId, assertOpen),
    };
  };
  const seals = { keyring, subjects, stageOf: live.stageOf };
  const data = new TenantDataManager(() => ({ executor, facets, sealing: seals, ...live.shape }));
  if (options.background !== false) {
    keeper.start();
    audit.sequencer.start();
    sender.start();
  }

  const close = async () => {
    await limits.close();
    sealing.close();
    await keeper.close();
    await sender.close();
    await mail.close();
    await audit.close();
    feed.close();
    await listener.close();
    await connections.close();
    await Promise.allSettled([cache.close(), storage.close(), keyPool.end()]);
    await cells.close();
    await embedded?.stop();
  };
  const internals: Internals = {
    by,
    config,
    control,
    cells,
    parts,
    workflows,
    executor,
    storage,
    keeper,
    rootKey,
    keyring,
    identity,
    encryption,
    subjects,
    sealing,
    access,
    mail,
    audit,
    limits,
    sso,
    scim,
    integrations,
    streams,
    sender,
    log,
    embedded,
    app: () => live.app,
    reloadApp: () => live.reload(),
    close,
  };
  return new Tenancy(internals, tenants, data);
}
