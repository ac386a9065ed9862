-- What was asked under a key of its sender, and what was answered: asking again is being told again.
create table gate.request_key (
  who           text not null,
  key           text not null,
  asked_sha256  text not null,
  begun_at      timestamptz not null,
  answered_at   timestamptz,
  -- As it was sent; null beside an answer that is shown once.
  answer        text,
  primary key (who, key)
);
create index request_key_by_age on gate.request_key (begun_at);
