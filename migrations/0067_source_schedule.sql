-- A source may be looked at by a schedule, as jobs have one, instead of every so many seconds.
alter table feed.source
  add column look_cron text,
  add column look_zone text;
