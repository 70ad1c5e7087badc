import { access } from "./en/access.ts";
import { account } from "./en/account.ts";
import { audit } from "./en/audit.ts";
import { encryption } from "./en/encryption.ts";
import { activity, apiKeys, cells, migrations } from "./en/fleet.ts";
import { errors, general } from "./en/general.ts";
import { grants } from "./en/grants.ts";
import { integrations } from "./en/integrations.ts";
import { isolation } from "./en/isolation.ts";
import { members } from "./en/members.ts";
import { people } from "./en/people.ts";
import { policies } from "./en/policies.ts";
import { portal } from "./en/portal.ts";
import { posture } from "./en/posture.ts";
import { programs } from "./en/programs.ts";
import { recovery } from "./en/recovery.ts";
import { reviews } from "./en/reviews.ts";
import { scim } from "./en/scim.ts";
import { sealedColumns } from "./en/sealed-columns.ts";
import { session } from "./en/session.ts";
import { shell } from "./en/shell.ts";
import { signIn } from "./en/sign-in.ts";
import { sso } from "./en/sso.ts";
import { ssoGuides } from "./en/sso-guides.ts";
import { support } from "./en/support.ts";
import { tenants } from "./en/tenants.ts";
import { vaults } from "./en/vaults.ts";

export const en = {
  general,
  errors,
  shell,
  session,
  signIn,
  access,
  support,
  reviews,
  grants,
  account,
  audit,
  members,
  policies,
  portal,
  people,
  programs,
  posture,
  recovery,
  scim,
  integrations,
  sso,
  ssoGuides,
  tenants,
  sealedColumns,
  vaults,
  migrations,
  isolation,
  encryption,
  cells,
  activity,
  apiKeys,
};

/** Every other language `satisfies Messages`: a missing text does not compile. */
export type Messages = typeof en;
