-- When a shop was first let go live by somebody who had seen what that changes; null: never, and it does not write before.
alter table channel.setting add column live_at timestamptz;
-- Those that write already were let.
insert into channel.setting (shop_id, live_at)
select s.shop_id, now() from catalog.shop s left join channel.setting x using (shop_id)
 where (s.access_scope = 'read_and_write' and not coalesce(x.is_shadow, false))
    or exists (select 1 from channel.exchange e where e.shop_id = s.shop_id and e.effect = 'write')
on conflict (shop_id) do update set live_at = excluded.live_at;
