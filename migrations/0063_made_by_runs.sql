-- What a run made is found by the time in which it ran.
create index verdict_by_decision on import.verdict (decided_at);
create index upload_by_beginning on channel.upload (created_at);
create index run_by_beginning on reconcile.run (started_at);
create index report_by_making on inventory.report (made_at);
