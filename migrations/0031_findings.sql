-- What the doctor found: one row from when it began until it ended. It ends by itself, with its cause, and is kept.
create table reconcile.finding (
  finding_id           bigint generated always as identity primary key,
  code                 text not null,
  -- What it is about; with the code its name, of which one is open at a time.
  subject              text not null,
  severity             text not null check (severity in ('stop', 'risk', 'note')),
  since                timestamptz not null,
  found_at             timestamptz not null,
  seen_at              timestamptz not null,
  ended_at             timestamptz,
  evidence             text not null,
  units_at_risk        bigint,
  shop                 text,
  feed                 text,
  action_label         text not null,
  action_to            text not null,
  taken_by             text,
  taken_at             timestamptz,
  note                 text,
  silenced_until       timestamptz,
  -- Silent only while no more units than this are at risk; null: whatever they are.
  silenced_above_units bigint,
  silenced_by          text,
  silenced_reason      text
);
create unique index finding_open on reconcile.finding (code, subject) where ended_at is null;
create index finding_by_time on reconcile.finding (found_at desc);

-- Who is told, and by what means.
create table reconcile.alert_recipient (
  recipient_id   integer generated always as identity primary key,
  name           text not null unique,
  kind           text not null check (kind in ('email', 'webhook', 'slack')),
  address        text not null,
  -- Signs what is sent to a webhook; sealed with the key of this house.
  secret_sealed  text,
  severity_least text not null default 'risk' check (severity_least in ('stop', 'risk', 'note')),
  -- Null: of all shops, of all feeds.
  shops          text[],
  feeds          text[],
  -- Between these hours of the zone only what stops everything is told.
  quiet_from     smallint check (quiet_from between 0 and 23),
  quiet_to       smallint check (quiet_to between 0 and 23),
  time_zone      text not null default 'UTC',
  -- The hour of the daily mail; null: none.
  daily_hour     smallint check (daily_hour between 0 and 23),
  is_on          boolean not null default true,
  created_at     timestamptz not null
);

-- One message to one recipient, kept with what became of it.
create table reconcile.alert (
  alert_id      bigint generated always as identity primary key,
  recipient_id  integer not null references reconcile.alert_recipient on delete cascade,
  kind          text not null check (kind in ('findings', 'daily', 'test')),
  message_id    uuid not null unique,
  subject       text not null,
  body          text not null,
  detail        jsonb not null,
  made_at       timestamptz not null,
  due_at        timestamptz not null,
  tries         integer not null default 0,
  sent_at       timestamptz,
  given_up_at   timestamptz,
  code          text,
  reason        text
);
create index alert_due on reconcile.alert (due_at) where sent_at is null and given_up_at is null;
create index alert_of_recipient on reconcile.alert (recipient_id, alert_id desc);

-- What a recipient was last told of a finding: on, still on, over.
create table reconcile.told (
  recipient_id  integer not null references reconcile.alert_recipient on delete cascade,
  finding_id    bigint not null references reconcile.finding on delete cascade,
  state         text not null check (state in ('on', 'over')),
  told_at       timestamptz not null,
  primary key (recipient_id, finding_id)
);
