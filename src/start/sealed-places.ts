import type pg from "pg";
import { seedPlaces } from "../identity/sealed-places.ts";
import { integrationPlaces } from "../integrations/sealed-places.ts";
import { fileKeysPlace } from "../isolation/file-keys.ts";
import { custodianCredentialsPlace } from "../keys/change-custodian.ts";
import type { Keyring } from "../keys/keyring.ts";
import type { SealedPlace } from "../keys/sealed-place.ts";
import { subjectKeysPlace } from "../keys/subjects.ts";
import { mailPlace } from "../mail/outbox.ts";
import { ssoPlaces } from "../sso/sealed-places.ts";
import { streamSecretPlaces } from "../streams/secrets.ts";

/**
 * Every column of the control database that holds sealed values. A key is retired once the places of its purpose hold
 * nothing under it, so none may be missing: test/rotation.test.ts looks into every column there is.
 */
export function sealedPlaces(keyring: Keyring, pool: pg.Pool): SealedPlace[] {
  return [
    fileKeysPlace(keyring, pool),
    subjectKeysPlace(keyring, pool),
    custodianCredentialsPlace(keyring, pool),
    mailPlace(keyring, pool),
    ...seedPlaces(keyring, pool),
    ...ssoPlaces(keyring, pool),
    ...integrationPlaces(keyring, pool),
    ...streamSecretPlaces(keyring, pool),
  ];
}
