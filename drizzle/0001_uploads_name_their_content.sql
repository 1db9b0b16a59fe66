DROP INDEX "attestations_agent_id_expires_at_idx";--> statement-breakpoint
ALTER TABLE "uploads" ADD COLUMN "content_digest" text;--> statement-breakpoint
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_content_digest_contents_digest_fk" FOREIGN KEY ("content_digest") REFERENCES "public"."contents"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "allowlist_revisions_ima_digest_idx" ON "allowlist_revisions" USING btree ("ima_digest");--> statement-breakpoint
CREATE INDEX "attestations_expires_at_idx" ON "attestations" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "uploads_expires_at_idx" ON "uploads" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "uploads_content_digest_idx" ON "uploads" USING btree ("content_digest");--> statement-breakpoint
CREATE INDEX "idempotency_keys_expires_at_idx" ON "idempotency_keys" USING btree ("expires_at");--> statement-breakpoint
ALTER TABLE "uploads" DROP COLUMN "state";