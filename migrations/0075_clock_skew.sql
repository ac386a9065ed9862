-- By how much this machine's clock was ahead of the shop's when the shop was last asked what it grants; null: not known.
alter table channel.health add column clock_skew_ms bigint;
