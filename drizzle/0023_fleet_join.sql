CREATE TABLE "join_tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"token_hash" text NOT NULL,
	"description" text,
	"domain_id" text NOT NULL,
	"project_id" text NOT NULL,
	"node_id" text,
	"node_name" text,
	"address" text,
	"labels" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"tenants" text[],
	"allowlist_id" text,
	"availability" text,
	"tpm_kind" text NOT NULL,
	"uses" integer NOT NULL,
	"used_count" integer DEFAULT 0 NOT NULL,
	"next_number" integer DEFAULT 1 NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "join_tokens_token_hash_key" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "joinings" (
	"join_token_id" text NOT NULL,
	"ek_fingerprint" text NOT NULL,
	"agent_id" text NOT NULL,
	"ek_public" text NOT NULL,
	"ak_public" text NOT NULL,
	"ak_name" text NOT NULL,
	"secret_hash" text NOT NULL,
	"begun_at" timestamp with time zone NOT NULL,
	CONSTRAINT "joinings_join_token_id_ek_fingerprint_key" UNIQUE("join_token_id","ek_fingerprint"),
	CONSTRAINT "joinings_secret_hash_key" UNIQUE("secret_hash")
);
--> statement-breakpoint
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_allowlist_id_allowlists_id_fk" FOREIGN KEY ("allowlist_id") REFERENCES "public"."allowlists"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "join_tokens" ADD CONSTRAINT "join_tokens_project_id_domain_id_fkey" FOREIGN KEY ("project_id","domain_id") REFERENCES "public"."projects"("id","domain_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "joinings" ADD CONSTRAINT "joinings_join_token_id_join_tokens_id_fk" FOREIGN KEY ("join_token_id") REFERENCES "public"."join_tokens"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "join_tokens_project_id_idx" ON "join_tokens" USING btree ("project_id");--> statement-breakpoint
CREATE INDEX "join_tokens_domain_id_idx" ON "join_tokens" USING btree ("domain_id");--> statement-breakpoint
CREATE INDEX "join_tokens_node_id_idx" ON "join_tokens" USING btree ("node_id");--> statement-breakpoint
CREATE INDEX "join_tokens_allowlist_id_idx" ON "join_tokens" USING btree ("allowlist_id");--> statement-breakpoint
CREATE INDEX "join_tokens_expires_at_idx" ON "join_tokens" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "joinings_join_token_id_begun_at_idx" ON "joinings" USING btree ("join_token_id","begun_at");--> statement-breakpoint
CREATE INDEX "joinings_begun_at_idx" ON "joinings" USING btree ("begun_at");