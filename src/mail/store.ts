import { query } from "../db/sql.ts";

export interface MailRow {
  id: string;
  recipient: string;
  kind: string;
  locale: "en" | "fr";
  subject: string;
  sealed: Buffer | null;
  status: "waiting" | "sent" | "failed";
  attempts: number;
  error: string | null;
  created_at: Date;
  sent_at: Date | null;
}

const COLUMNS = "id, recipient, kind, locale, subject, sealed, status, attempts, error, created_at, sent_at";

/** The notification comes with the commit. */
export const insertMail = query(
  "mail.insert",
  `with written as (
     insert into tenancy.mails (id, recipient, kind, locale, subject, sealed, next_at, created_at)
     values ($1::uuid, $2::text, $3::text, $4::text, $5::text, $6::bytea, $7::timestamptz, $7::timestamptz))
   select pg_notify('tenancy_mail', '')`,
);

/** Takes due mail until $2; two processes never get the same. */
export const claimMails = query<MailRow>(
  "mail.claim",
  `update tenancy.mails set attempts = attempts + 1, next_at = $2::timestamptz
   where id in (
     select id from tenancy.mails
     where status = 'waiting' and next_at <= $1::timestamptz
     order by next_at, id
     for update skip locked
     limit $3::int)
   returning ${COLUMNS}`,
);

export const markSent = query(
  "mail.mark_sent",
  `update tenancy.mails set status = 'sent', sealed = null, error = null, sent_at = $2::timestamptz
   where id = $1::uuid`,
);

export const markFailed = query(
  "mail.mark_failed",
  `update tenancy.mails set status = 'failed', sealed = null, error = $2::text where id = $1::uuid`,
);

export const postpone = query(
  "mail.postpone",
  `update tenancy.mails set error = $2::text, next_at = $3::timestamptz where id = $1::uuid`,
);

/** Newest first. */
export const listMails = query<MailRow>(
  "mail.list",
  `select ${COLUMNS} from tenancy.mails
   where ($1::text is null or recipient = $1::text)
   order by id desc limit $2::int`,
);

export const findMail = query<MailRow>(
  "mail.find",
  `select ${COLUMNS} from tenancy.mails where id = $1::uuid`,
);

export const deleteOldMails = query(
  "mail.delete_old",
  `delete from tenancy.mails where created_at < $1::timestamptz`,
);
