ALTER TABLE "agents" ALTER COLUMN "name" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
ALTER TABLE "policy_candidate_changes" ALTER COLUMN "policy" SET DATA TYPE text COLLATE "C";--> statement-breakpoint
ALTER TABLE "policy_overrides" ALTER COLUMN "name" SET DATA TYPE text COLLATE "C";