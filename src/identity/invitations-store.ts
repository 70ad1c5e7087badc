import { query } from "../db/sql.ts";
import { isOfDisabled } from "./api-keys-store.ts";
import type { Locale } from "./principal.ts";

export interface InvitationRow {
  id: string;
  email: string;
  roles: string[];
  locale: Locale;
  invited_by: string;
  created_at: Date;
  expires_at: Date;
}

const COLUMNS = "id, email, roles, locale, invited_by, created_at, expires_at";

/** One open invitation per address: inviting again replaces the token, so the older mail is worth nothing. */
export const upsertInvitation = query<InvitationRow>(
  "identity.upsert_invitation",
  `insert into tenancy.invitations (tenant_id, id, email, roles, locale, token_hash, invited_by, created_at, expires_at)
   values ($1::uuid, $2::uuid, $3::text, $4::text[], $5::text, $6::bytea, $7::text, $8::timestamptz, $9::timestamptz)
   on conflict (tenant_id, email) do update
     set roles = excluded.roles, locale = excluded.locale, token_hash = excluded.token_hash,
       invited_by = excluded.invited_by, created_at = excluded.created_at, expires_at = excluded.expires_at
   returning ${COLUMNS}`,
);

/** Newest first; those that are over too, so that they can be sent again. */
export const listInvitations = query<InvitationRow>(
  "identity.list_invitations",
  `select ${COLUMNS} from tenancy.invitations where tenant_id = $1::uuid order by created_at desc, id limit $2::int`,
);

export const countInvitations = query<{ n: number }>(
  "identity.count_invitations",
  `select count(*)::int as n from tenancy.invitations where tenant_id = $1::uuid`,
);

export const deleteInvitation = query<{ email: string }>(
  "identity.delete_invitation",
  `delete from tenancy.invitations where tenant_id = $1::uuid and id = $2::uuid returning email`,
);

export const lockInvitationsBy = query<{ id: string; roles: string[] }>(
  "identity.lock_invitations_by",
  `select id, roles from tenancy.invitations
   where tenant_id = $1::uuid and invited_by = any($2::text[])
   order by id
   for update`,
);

/** At most one. */
export const deleteInvitationTo = query<{ id: string }>(
  "identity.delete_invitation_to",
  `delete from tenancy.invitations i
   using tenancy.users u
   where i.tenant_id = $1::uuid and u.id = $2::uuid and i.email = u.email
   returning i.id`,
);

/** Not of a disabled user: it may have gone to a second address of theirs. */
const OPEN = `token_hash = $1::bytea and expires_at > $2::timestamptz
     and exists (select 1 from tenancy.tenants t where t.id = tenant_id and t.status in ('active', 'moving'))
     and not ${isOfDisabled("invited_by")}`;

export interface OpenInvitationRow extends InvitationRow {
  tenant_id: string;
  tenant_name: string;
}

export const findInvitation = query<OpenInvitationRow>(
  "identity.find_invitation",
  `select ${COLUMNS}, tenant_id, (select name from tenancy.tenants t where t.id = tenant_id) as tenant_name
   from tenancy.invitations where ${OPEN}`,
);

/** Two who accept at once: one of them deletes the row. */
export const takeInvitation = query<OpenInvitationRow>(
  "identity.take_invitation",
  `delete from tenancy.invitations where ${OPEN}
   returning ${COLUMNS}, tenant_id, (select name from tenancy.tenants t where t.id = tenant_id) as tenant_name`,
);
