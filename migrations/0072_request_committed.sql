-- When the first change of a keyed request was committed, in the transaction of that change: where its process died before it could answer,
-- the request is not done again.
alter table gate.request_key add column committed_at timestamptz;
