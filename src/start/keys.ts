import type pg from "pg";
import { sealPersonalBy } from "../audit/personal.ts";
import { recordEvent } from "../audit/record.ts";
import type { Clock } from "../base/clock.ts";
import type { Config } from "../base/config.ts";
import { AppSealing } from "../fleet/sealing.ts";
import { credentialsContext } from "../keys/change-custodian.ts";
import type { RootKey } from "../keys/derive.ts";
import { Encryption } from "../keys/encryption.ts";
import { Keyring } from "../keys/keyring.ts";
import { SubjectKeys } from "../keys/subjects.ts";
import type { Cells } from "../tenants/cells.ts";
import type { LiveAppSchema } from "./app-shape.ts";
import { openCustodians, openKeyPool } from "./root-key.ts";
import { sealedPlaces } from "./sealed-places.ts";

/** Keys of tenants and persons, from the root key down, and all that is sealed by them. */
export async function openKeys(ground: {
  readonly config: Config;
  readonly control: pg.Pool;
  readonly cells: Cells;
  readonly rootKey: RootKey;
  readonly clock: Clock;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly live: LiveAppSchema;
}) {
  const { config, control, cells, rootKey, clock, env, live } = ground;
  const keyPool = openKeyPool(cells.control.url);
  const custodians = await openCustodians(config, rootKey, {
    pool: keyPool,
    clock,
    env,
    openCredentials: async (tenantId, sealed) =>
      // What was sealed is what `changeCustodian` wrote.
      JSON.parse((await keyring.open("platform", credentialsContext(tenantId), sealed)).toString()),
  });
  const keyring = new Keyring({ pool: keyPool, custodians, clock });
  const subjects = new SubjectKeys({ keyring, pool: keyPool });
  sealPersonalBy(control, subjects);
  const sealing = new AppSealing({
    ...{ control, cells, keyring, subjects },
    appSchema: () => live.newest(),
    reload: () => live.reload(),
  });
  const encryption = new Encryption({
    pool: control,
    keyring,
    custodians,
    clock,
    rotationDays: config.security.keyRotationDays,
    env,
    places: [...sealedPlaces(keyring, control), sealing.place],
    record: recordEvent,
  });
  return { keyPool, keyring, subjects, sealing, encryption };
}
