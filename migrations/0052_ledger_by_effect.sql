-- "What took effect after this moment?" is asked before each file is booked, and nearly always the answer is nothing: by this it is seen from
-- a few pages, however many movements were recorded lately.
create index movement_by_effect on inventory.movement using brin (effective_at) with (pages_per_range = 32, autosummarize = on);
