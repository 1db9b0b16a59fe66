DROP INDEX "agents_trusted_until_idx";--> statement-breakpoint
ALTER TABLE "attestation_results" ALTER COLUMN "attestation_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "attestation_records" ADD COLUMN "challenge_number" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "attestation_records" ADD COLUMN "answered_challenge" text;--> statement-breakpoint
ALTER TABLE "attestation_records" ADD COLUMN "answered_evidence" text;--> statement-breakpoint
ALTER TABLE "attestation_records" ADD COLUMN "answered_result_id" text;--> statement-breakpoint
ALTER TABLE "agents" ADD COLUMN "trust_due_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "agents_trust_due_at_idx" ON "agents" USING btree ("trust_due_at") WHERE "agents"."trust_state" = 'TRUSTED';--> statement-breakpoint
-- Room in each page for the next version of a row: evidence that changes no state then touches no index.
ALTER TABLE "agents" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "attestation_records" SET (fillfactor = 80);