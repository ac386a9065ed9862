-- A file of what may be sold whose promises have gone with the months of the ledger: it is known, and cannot be written again.
alter table availability.sellable_report add column purged_at timestamptz;
