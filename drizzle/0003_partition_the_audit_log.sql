-- Partitions by time: ids begin with the time, so a range of ids is a range of time, and the key can stay the id.
-- What is there already becomes the partition of the rest.
ALTER TABLE "audit_entries" RENAME TO "audit_entries_rest";--> statement-breakpoint
ALTER INDEX "audit_entries_pkey" RENAME TO "audit_entries_rest_pkey";--> statement-breakpoint
ALTER INDEX "audit_entries_domain_id_idx" RENAME TO "audit_entries_rest_domain_id_idx";--> statement-breakpoint
ALTER INDEX "audit_entries_project_id_idx" RENAME TO "audit_entries_rest_project_id_idx";--> statement-breakpoint
ALTER INDEX "audit_entries_actor_id_idx" RENAME TO "audit_entries_rest_actor_id_idx";--> statement-breakpoint
ALTER INDEX "audit_entries_target_id_idx" RENAME TO "audit_entries_rest_target_id_idx";--> statement-breakpoint
ALTER INDEX "audit_entries_xid_idx" RENAME TO "audit_entries_rest_xid_idx";--> statement-breakpoint
CREATE TABLE "audit_entries" (LIKE "audit_entries_rest" INCLUDING DEFAULTS) PARTITION BY RANGE ("id");--> statement-breakpoint
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id");--> statement-breakpoint
CREATE INDEX "audit_entries_domain_id_idx" ON "audit_entries" USING btree ("domain_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_project_id_idx" ON "audit_entries" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_actor_id_idx" ON "audit_entries" USING btree ("actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_target_id_idx" ON "audit_entries" USING btree ("target_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_xid_idx" ON "audit_entries" USING btree ("xid","id");--> statement-breakpoint
ALTER TABLE "audit_entries" ATTACH PARTITION "audit_entries_rest" DEFAULT;
