CREATE TABLE "ek_bans" (
	"ek_fingerprint" text PRIMARY KEY NOT NULL,
	"agent_id" text NOT NULL,
	"node_id" text,
	"banned_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "project_defaults" (
	"project_id" text PRIMARY KEY NOT NULL,
	"allowlist_id" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "project_defaults" ADD CONSTRAINT "project_defaults_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "project_defaults" ADD CONSTRAINT "project_defaults_allowlist_id_allowlists_id_fk" FOREIGN KEY ("allowlist_id") REFERENCES "public"."allowlists"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "ek_bans_agent_id_idx" ON "ek_bans" USING btree ("agent_id");--> statement-breakpoint
CREATE INDEX "project_defaults_allowlist_id_idx" ON "project_defaults" USING btree ("allowlist_id");--> statement-breakpoint
-- The bans of before count for the key, too: of agents that are enrolled, since others have only named a key.
INSERT INTO "ek_bans" ("ek_fingerprint", "agent_id", "node_id", "banned_at")
SELECT "attestation_records"."ek_fingerprint", "agents"."id", NULL, "agents"."updated_at"
FROM "agents" JOIN "attestation_records" ON "attestation_records"."agent_id" = "agents"."id"
WHERE "agents"."trust_state" = 'BANNED' AND "attestation_records"."is_living" AND "attestation_records"."ek_fingerprint" IS NOT NULL;
