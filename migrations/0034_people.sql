-- Programs come in with a token of their own: what it may do, until when, and who gave it.
create table gate.token (
  token_id      integer generated always as identity primary key,
  name          text not null unique,
  token_sha256  text not null unique,
  role          text not null check (role in ('viewer', 'operator', 'admin')),
  created_at    timestamptz not null,
  created_by    text not null,
  expires_at    timestamptz not null,
  used_at       timestamptz
);

alter table gate.person
  add column signed_in_at timestamptz;

