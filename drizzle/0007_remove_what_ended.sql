ALTER TABLE "attestation_records" ADD COLUMN "retired_at" timestamp with time zone;--> statement-breakpoint
UPDATE "attestation_records" SET "retired_at" = now() FROM "agents" WHERE "agents"."id" = "agent_id" AND "agents"."trust_state" = 'RETIRED';--> statement-breakpoint
CREATE INDEX "allowlist_revisions_created_at_idx" ON "allowlist_revisions" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "attestation_records_retired_at_idx" ON "attestation_records" USING btree ("retired_at") WHERE "attestation_records"."retired_at" is not null;--> statement-breakpoint
CREATE INDEX "attestations_agent_id_idx" ON "attestations" USING btree ("agent_id");--> statement-breakpoint
CREATE INDEX "login_nonces_expires_at_idx" ON "login_nonces" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "attestation_results_allowlist_revision_id_idx" ON "attestation_results" USING btree ("allowlist_revision_id");--> statement-breakpoint
CREATE INDEX "role_assignments_expires_at_idx" ON "role_assignments" USING btree ("expires_at") WHERE "role_assignments"."expires_at" is not null;--> statement-breakpoint
CREATE INDEX "api_credentials_expires_at_idx" ON "api_credentials" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "tokens_expires_at_idx" ON "tokens" USING btree ("expires_at");