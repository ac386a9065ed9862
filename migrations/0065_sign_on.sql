-- People who come in by the word of another system: who they are there. They have no password here.
alter table gate.person
  alter column password_hash drop not null,
  add column issuer text,
  add column subject text,
  add constraint person_of_subject unique (issuer, subject),
  add constraint person_comes_in check (password_hash is not null or (issuer is not null and subject is not null));

-- Sign-ons that are under way. Each is used once; what the browser holds is not kept, only its digest.
create table gate.sign_on (
  attempt_sha256  text primary key,
  expires_at      timestamptz not null
);
