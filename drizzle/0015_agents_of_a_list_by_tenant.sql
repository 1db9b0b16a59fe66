DROP INDEX "attestation_records_allowlist_id_idx";--> statement-breakpoint
CREATE INDEX "attestation_records_allowlist_id_domain_id_agent_id_idx" ON "attestation_records" USING btree ("allowlist_id","domain_id","agent_id");--> statement-breakpoint
CREATE INDEX "attestation_records_allowlist_id_project_id_agent_id_idx" ON "attestation_records" USING btree ("allowlist_id","project_id","agent_id");--> statement-breakpoint
-- All agents of a project are of one domain. Without this Postgres expects few agents that are of both, and sorts them all.
CREATE STATISTICS "agents_project_id_domain_id_stats" (dependencies) ON "project_id", "domain_id" FROM "agents";
