-- Operators have second factors, in the tables of those of users: ids are UUIDs, so none is both. A foreign key leads to
-- one table only, so triggers take its place. Lock: access exclusive on operators and on the tables of factors, for a
-- moment. Old code survives it: what is added has defaults.

alter table tenancy.operators
  add column email text,
  add column locale text not null default 'en',
  add constraint operators_email_normal check (email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
  add constraint operators_locale_known check (locale in ('en', 'fr'));
comment on column tenancy.operators.email is 'Where changes of their factors are told; null: nowhere.';
comment on column tenancy.operators.locale is 'Language of mails to them.';

alter table tenancy.user_totps drop constraint user_totps_user_fkey;
alter table tenancy.passkeys drop constraint passkeys_user_fkey;
alter table tenancy.recovery_codes drop constraint recovery_codes_user_fkey;
alter table tenancy.ceremonies drop constraint ceremonies_user_fkey;
comment on table tenancy.user_totps is 'Authenticator apps (RFC 6238), one per person.';
comment on column tenancy.user_totps.user_id is 'Whose: a user or an operator.';
comment on column tenancy.passkeys.user_id is 'Whose: a user or an operator.';
comment on column tenancy.recovery_codes.user_id is 'Whose: a user or an operator.';
comment on column tenancy.ceremonies.user_id is 'Who, a user or an operator; null while a passkey has yet to say it.';

-- Nobody is left out and nobody twice: what the foreign keys held.
create function tenancy.assert_person() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  -- The lock keeps the person from being deleted while the row is written, as that of a foreign key does.
  if new.user_id is not null then
    perform 1 from tenancy.users where id = new.user_id for key share;
    if not found then
      perform 1 from tenancy.operators where id = new.user_id for key share;
      if not found then
        raise foreign_key_violation using message = 'There is no user or operator of this id.';
      end if;
    end if;
  end if;
  return new;
end
$$;
create function tenancy.forget_person() returns trigger
  language plpgsql
  set search_path = pg_catalog
as $$
begin
  delete from tenancy.user_totps where user_id = old.id;
  delete from tenancy.passkeys where user_id = old.id;
  delete from tenancy.recovery_codes where user_id = old.id;
  delete from tenancy.ceremonies where user_id = old.id;
  return old;
end
$$;
revoke all on function tenancy.assert_person() from public;
revoke all on function tenancy.forget_person() from public;
create trigger user_totps_person before insert or update of user_id on tenancy.user_totps
  for each row execute function tenancy.assert_person();
create trigger passkeys_person before insert or update of user_id on tenancy.passkeys
  for each row execute function tenancy.assert_person();
create trigger recovery_codes_person before insert or update of user_id on tenancy.recovery_codes
  for each row execute function tenancy.assert_person();
create trigger ceremonies_person before insert or update of user_id on tenancy.ceremonies
  for each row execute function tenancy.assert_person();
create trigger users_forget after delete on tenancy.users
  for each row execute function tenancy.forget_person();
create trigger operators_forget after delete on tenancy.operators
  for each row execute function tenancy.forget_person();
