-- A source may have a schedule of its own as a shop may: the same rows, under its name.
alter table jobs.schedule rename column shop to whose;
alter table jobs.tick rename column shop to whose;
insert into jobs.schedule (job, whose, cron, time_zone, is_real_time, changed_at, changed_by)
select 'import-inventory', name, look_cron, coalesce(look_zone, 'UTC'), false, created_at, 'migration' from feed.source where look_cron is not null;
update feed.source set next_look_at = null where look_cron is not null and state in ('new', 'ok');
alter table feed.source drop column look_cron, drop column look_zone;

drop index jobs.run_asked;
create index run_asked on jobs.run (job, (coalesce(parameters->>'shop', parameters->>'source', '')), run_id desc) where cause <> 'nudge';
