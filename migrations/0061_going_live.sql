-- A person may want a shop that runs in shadow compared now, not when its day is over.
alter table channel.setting add column compare_asked_at timestamptz;
-- Whether anything was ever written to a shop, for whoever is about to let it go live.
create index exchange_that_wrote on channel.exchange (shop_id) where effect = 'write';
