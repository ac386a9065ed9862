-- What people did: who, when, to what, from what to what, and why. Written in the transaction of the deed, never changed.
create schema audit;

create table audit.entry (
  seq      bigint generated always as identity primary key,
  at       timestamptz not null,
  who      text not null,
  action   text not null,
  -- What it was done to: a kind and the name that people know it by.
  subject  text not null,
  name     text not null,
  before   jsonb,
  after    jsonb,
  reason   text
);
create index entry_of_subject on audit.entry (subject, name, seq desc);

create function audit.refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is append-only';
end $$;
create trigger entry_is_append_only before update or delete on audit.entry for each row execute function audit.refuse_change();
create trigger log_is_append_only before truncate on audit.entry for each statement execute function audit.refuse_change();
