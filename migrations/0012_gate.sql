-- Who may come in: people, their sessions, and the users of the SFTP server.
create schema gate;

create table gate.person (
  person_id      integer generated always as identity primary key,
  name           text not null unique,
  role           text not null check (role in ('viewer', 'operator', 'admin')),
  password_hash  text not null,
  created_at     timestamptz not null
);

create table gate.session (
  token_sha256  text primary key,
  person_id     integer not null references gate.person on delete cascade,
  created_at    timestamptz not null,
  expires_at    timestamptz not null
);

create table gate.sftp_user (
  name           text primary key,
  home           text not null,
  password_hash  text,
  public_keys    text[] not null default '{}',
  created_at     timestamptz not null
);
