-- The outbox: mail is written in the transaction of its cause and sent afterwards. Lock: none, a new table. Old code survives it.

create table tenancy.mails (
  id uuid not null,
  recipient text not null,
  kind text not null,
  locale text not null,
  subject text not null,
  sealed bytea,
  status text not null default 'waiting',
  attempts integer not null default 0,
  next_at timestamptz not null,
  error text,
  created_at timestamptz not null,
  sent_at timestamptz,
  constraint mails_pkey primary key (id),
  constraint mails_status_known check (status in ('waiting', 'sent', 'failed'))
);
create index mails_due_idx on tenancy.mails (next_at) where status = 'waiting';
comment on table tenancy.mails is 'Mail to send, and for a week what became of it.';
comment on column tenancy.mails.id is 'UUID version 7; also its Message-ID, so that a mail sent twice is recognised.';
comment on column tenancy.mails.recipient is 'Normalised address.';
comment on column tenancy.mails.kind is 'Which message it is, such as sign_in_link.';
comment on column tenancy.mails.locale is 'Its language.';
comment on column tenancy.mails.subject is 'Its subject; never holds a secret.';
comment on column tenancy.mails.sealed is 'Text and HTML, sealed with the platform''s key: they hold one-time links. Null once sent.';
comment on column tenancy.mails.status is 'waiting is tried again at next_at.';
comment on column tenancy.mails.attempts is 'How often it was tried.';
comment on column tenancy.mails.next_at is 'Not before this; a process that took it has until then.';
comment on column tenancy.mails.error is 'What the mail server last said.';
comment on column tenancy.mails.created_at is 'When it was written.';
comment on column tenancy.mails.sent_at is 'When the mail server accepted it.';
