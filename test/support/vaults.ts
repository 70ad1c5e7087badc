import { createClient } from "../../src/sdk/client.ts";
import { setUpVaultKey } from "../../src/sdk/vault/vault-client.ts";
import type { Platform } from "./platform.ts";
import { signedUser } from "./users.ts";

/** A vault of a new member of the tenant, Ada Vault, with one value. */
export async function keepVault(
  platform: Pick<Platform, "tenancy" | "url">,
  tenantId: string,
  name: string,
): Promise<void> {
  const tenants = { [tenantId]: ["member"] };
  const { user, headers } = await signedUser(platform.tenancy, { name: "Ada Vault", tenants });
  const send = (request: Request) => {
    for (const [key, value] of Object.entries(headers)) request.headers.set(key, value);
    return fetch(request);
  };
  const options = { api: createClient({ baseUrl: platform.url, fetch: send }), tenantId };
  const vaults = await setUpVaultKey(options, { userId: user.id, passphrase: "correct horse battery" });
  await (await vaults.create(name)).put("demo", new TextEncoder().encode("a secret of the studio"));
}
