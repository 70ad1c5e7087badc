import type { Messages } from "./en.ts";
import { access } from "./fr/access.ts";
import { account } from "./fr/account.ts";
import { audit } from "./fr/audit.ts";
import { encryption } from "./fr/encryption.ts";
import { errors } from "./fr/errors.ts";
import { activity, apiKeys, cells, migrations } from "./fr/fleet.ts";
import { general } from "./fr/general.ts";
import { grants } from "./fr/grants.ts";
import { integrations } from "./fr/integrations.ts";
import { isolation } from "./fr/isolation.ts";
import { members } from "./fr/members.ts";
import { people } from "./fr/people.ts";
import { policies } from "./fr/policies.ts";
import { portal } from "./fr/portal.ts";
import { posture } from "./fr/posture.ts";
import { programs } from "./fr/programs.ts";
import { recovery } from "./fr/recovery.ts";
import { reviews } from "./fr/reviews.ts";
import { scim } from "./fr/scim.ts";
import { sealedColumns } from "./fr/sealed-columns.ts";
import { session } from "./fr/session.ts";
import { shell } from "./fr/shell.ts";
import { signIn } from "./fr/sign-in.ts";
import { sso } from "./fr/sso.ts";
import { ssoGuides } from "./fr/sso-guides.ts";
import { support } from "./fr/support.ts";
import { tenants } from "./fr/tenants.ts";
import { vaults } from "./fr/vaults.ts";

export const fr = {
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
} satisfies Messages;
