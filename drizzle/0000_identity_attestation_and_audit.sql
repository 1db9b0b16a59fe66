CREATE TABLE "allowlist_revisions" (
	"id" text PRIMARY KEY NOT NULL,
	"allowlist_id" text NOT NULL,
	"number" integer NOT NULL,
	"ima_digest" text,
	"ima_excludes" jsonb NOT NULL,
	"ima_path_count" integer,
	"ima_size" integer,
	"tpm_policy" text,
	"vtpm_policy" text,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	CONSTRAINT "allowlist_revisions_allowlist_id_number_key" UNIQUE("allowlist_id","number")
);
--> statement-breakpoint
CREATE TABLE "allowlists" (
	"id" text PRIMARY KEY NOT NULL,
	"owner_type" text NOT NULL,
	"domain_id" text,
	"project_id" text,
	"name" text NOT NULL,
	"description" text,
	"current_revision_id" text NOT NULL,
	"version" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "allowlists_owner_name_key" UNIQUE NULLS NOT DISTINCT("domain_id","project_id","name"),
	CONSTRAINT "allowlists_owner_check" CHECK ("allowlists"."owner_type" = case when "allowlists"."project_id" is not null then 'PROJECT' when "allowlists"."domain_id" is not null then 'DOMAIN' else 'SYSTEM' end and ("allowlists"."project_id" is null or "allowlists"."domain_id" is not null))
);
--> statement-breakpoint
CREATE TABLE "content_chunks" (
	"digest" text NOT NULL,
	"seq" integer NOT NULL,
	"data" "bytea" NOT NULL,
	CONSTRAINT "content_chunks_pkey" PRIMARY KEY("digest","seq")
);
--> statement-breakpoint
CREATE TABLE "contents" (
	"digest" text PRIMARY KEY NOT NULL,
	"size" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "attestation_records" (
	"agent_id" text PRIMARY KEY NOT NULL,
	"domain_id" text NOT NULL,
	"project_id" text NOT NULL,
	"tpm_kind" text NOT NULL,
	"allowlist_id" text,
	"ek_fingerprint" text,
	"ek_public" text,
	"ak_public" text,
	"ak_name" text,
	"is_living" boolean NOT NULL,
	"enrollment_token_hash" text,
	"enrollment_expires_at" timestamp with time zone,
	"activation_secret_hash" text,
	"verifier_state" jsonb,
	"accepted_count" integer NOT NULL,
	"rejected_count" integer NOT NULL,
	"first_accepted_at" timestamp with time zone,
	"last_accepted_at" timestamp with time zone,
	"last_rejected_at" timestamp with time zone,
	"last_severity" text,
	"last_result_id" text
);
--> statement-breakpoint
CREATE TABLE "attestations" (
	"id" text PRIMARY KEY NOT NULL,
	"agent_id" text NOT NULL,
	"nonce" text NOT NULL,
	"pcrs" jsonb NOT NULL,
	"hash_algorithms" jsonb NOT NULL,
	"ima_offset" integer NOT NULL,
	"state" text NOT NULL,
	"evidence_digest" text,
	"result_id" text,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "login_keys" (
	"id" smallint PRIMARY KEY NOT NULL,
	"key" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "login_nonces" (
	"nonce" text PRIMARY KEY NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "attestation_results" (
	"id" text PRIMARY KEY NOT NULL,
	"agent_id" text NOT NULL,
	"domain_id" text NOT NULL,
	"project_id" text NOT NULL,
	"attestation_id" text NOT NULL,
	"verdict" text NOT NULL,
	"failures" jsonb NOT NULL,
	"counts" jsonb NOT NULL,
	"allowlist_revision_id" text,
	"state_after" text NOT NULL,
	"received_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "uploads" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text,
	"agent_id" text,
	"size" integer NOT NULL,
	"digest" text NOT NULL,
	"state" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"id" text PRIMARY KEY NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"action" text NOT NULL,
	"outcome" text NOT NULL,
	"actor_kind" text,
	"actor_id" text,
	"actor_name" text,
	"token_id" text,
	"actor_scope_type" text,
	"actor_domain_id" text,
	"actor_project_id" text,
	"target_type" text,
	"target_id" text,
	"domain_id" text,
	"project_id" text,
	"request_id" text NOT NULL,
	"policy" text,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "authorization_epoch" (
	"id" smallint PRIMARY KEY NOT NULL,
	"epoch" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_keys" (
	"principal_id" text NOT NULL,
	"mutation" text NOT NULL,
	"request_id" text NOT NULL,
	"input_hash" text NOT NULL,
	"result_id" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "idempotency_keys_pkey" PRIMARY KEY("principal_id","mutation","request_id")
);
--> statement-breakpoint
CREATE TABLE "agents" (
	"id" text PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"domain_id" text NOT NULL,
	"project_id" text NOT NULL,
	"name" text NOT NULL,
	"external_id" text,
	"trust_state" text NOT NULL,
	"trusted_until" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"created_by" text NOT NULL,
	CONSTRAINT "agents_project_id_name_key" UNIQUE("project_id","name"),
	CONSTRAINT "agents_project_id_external_id_key" UNIQUE("project_id","external_id")
);
--> statement-breakpoint
CREATE TABLE "role_assignments" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"role_id" text NOT NULL,
	"scope_type" text NOT NULL,
	"domain_id" text,
	"project_id" text,
	"is_inherited" boolean NOT NULL,
	"not_before" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"reason" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "role_assignments_key" UNIQUE NULLS NOT DISTINCT("user_id","role_id","scope_type","domain_id","project_id","is_inherited"),
	CONSTRAINT "role_assignments_scope_check" CHECK (case "role_assignments"."scope_type"
        when 'system' then "role_assignments"."domain_id" is null and "role_assignments"."project_id" is null and not "role_assignments"."is_inherited"
        when 'domain' then "role_assignments"."domain_id" is not null and "role_assignments"."project_id" is null
        else "role_assignments"."domain_id" is not null and "role_assignments"."project_id" is not null end)
);
--> statement-breakpoint
CREATE TABLE "domains" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "domains_name_key" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "projects" (
	"id" text PRIMARY KEY NOT NULL,
	"domain_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "projects_domain_id_name_key" UNIQUE("domain_id","name"),
	CONSTRAINT "projects_id_domain_id_key" UNIQUE("id","domain_id")
);
--> statement-breakpoint
CREATE TABLE "role_implications" (
	"role_id" text NOT NULL,
	"implied_role_id" text NOT NULL,
	CONSTRAINT "role_implications_pkey" PRIMARY KEY("role_id","implied_role_id")
);
--> statement-breakpoint
CREATE TABLE "roles" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"is_immutable" boolean NOT NULL,
	CONSTRAINT "roles_name_key" UNIQUE("name")
);
--> statement-breakpoint
CREATE TABLE "tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"hash" text NOT NULL,
	"user_id" text,
	"agent_id" text,
	"scope_type" text NOT NULL,
	"domain_id" text,
	"project_id" text,
	"roles" text[],
	"parent_id" text,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "tokens_hash_key" UNIQUE("hash")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"domain_id" text NOT NULL,
	"name" text NOT NULL,
	"password_hash" text NOT NULL,
	"is_enabled" boolean NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "users_domain_id_name_key" UNIQUE("domain_id","name")
);
--> statement-breakpoint
ALTER TABLE "allowlist_revisions" ADD CONSTRAINT "allowlist_revisions_allowlist_id_allowlists_id_fk" FOREIGN KEY ("allowlist_id") REFERENCES "public"."allowlists"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "allowlist_revisions" ADD CONSTRAINT "allowlist_revisions_ima_digest_contents_digest_fk" FOREIGN KEY ("ima_digest") REFERENCES "public"."contents"("digest") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "allowlists" ADD CONSTRAINT "allowlists_domain_id_domains_id_fk" FOREIGN KEY ("domain_id") REFERENCES "public"."domains"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "allowlists" ADD CONSTRAINT "allowlists_project_id_domain_id_fkey" FOREIGN KEY ("project_id","domain_id") REFERENCES "public"."projects"("id","domain_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "content_chunks" ADD CONSTRAINT "content_chunks_digest_contents_digest_fk" FOREIGN KEY ("digest") REFERENCES "public"."contents"("digest") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attestation_records" ADD CONSTRAINT "attestation_records_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attestation_records" ADD CONSTRAINT "attestation_records_allowlist_id_allowlists_id_fk" FOREIGN KEY ("allowlist_id") REFERENCES "public"."allowlists"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attestations" ADD CONSTRAINT "attestations_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "attestation_results" ADD CONSTRAINT "attestation_results_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "agents" ADD CONSTRAINT "agents_project_id_domain_id_fkey" FOREIGN KEY ("project_id","domain_id") REFERENCES "public"."projects"("id","domain_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_assignments" ADD CONSTRAINT "role_assignments_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_assignments" ADD CONSTRAINT "role_assignments_role_id_roles_id_fk" FOREIGN KEY ("role_id") REFERENCES "public"."roles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_assignments" ADD CONSTRAINT "role_assignments_domain_id_domains_id_fk" FOREIGN KEY ("domain_id") REFERENCES "public"."domains"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_assignments" ADD CONSTRAINT "role_assignments_project_id_domain_id_fkey" FOREIGN KEY ("project_id","domain_id") REFERENCES "public"."projects"("id","domain_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_domain_id_domains_id_fk" FOREIGN KEY ("domain_id") REFERENCES "public"."domains"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_implications" ADD CONSTRAINT "role_implications_role_id_roles_id_fk" FOREIGN KEY ("role_id") REFERENCES "public"."roles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "role_implications" ADD CONSTRAINT "role_implications_implied_role_id_roles_id_fk" FOREIGN KEY ("implied_role_id") REFERENCES "public"."roles"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_agent_id_agents_id_fk" FOREIGN KEY ("agent_id") REFERENCES "public"."agents"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_parent_id_tokens_id_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."tokens"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_domain_id_domains_id_fk" FOREIGN KEY ("domain_id") REFERENCES "public"."domains"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "attestation_records_ek_fingerprint_key" ON "attestation_records" USING btree ("ek_fingerprint") WHERE "attestation_records"."is_living";--> statement-breakpoint
CREATE UNIQUE INDEX "attestation_records_ak_name_key" ON "attestation_records" USING btree ("ak_name") WHERE "attestation_records"."is_living";--> statement-breakpoint
CREATE UNIQUE INDEX "attestation_records_enrollment_token_hash_key" ON "attestation_records" USING btree ("enrollment_token_hash");--> statement-breakpoint
CREATE INDEX "attestation_records_allowlist_id_idx" ON "attestation_records" USING btree ("allowlist_id");--> statement-breakpoint
CREATE UNIQUE INDEX "attestations_agent_id_open_key" ON "attestations" USING btree ("agent_id") WHERE "attestations"."state" = 'OPEN';--> statement-breakpoint
CREATE INDEX "attestations_agent_id_expires_at_idx" ON "attestations" USING btree ("agent_id","expires_at");--> statement-breakpoint
CREATE INDEX "attestation_results_agent_id_id_idx" ON "attestation_results" USING btree ("agent_id","id");--> statement-breakpoint
CREATE INDEX "uploads_user_id_idx" ON "uploads" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "uploads_agent_id_idx" ON "uploads" USING btree ("agent_id");--> statement-breakpoint
CREATE INDEX "audit_entries_domain_id_idx" ON "audit_entries" USING btree ("domain_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_project_id_idx" ON "audit_entries" USING btree ("project_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_actor_id_idx" ON "audit_entries" USING btree ("actor_id","id");--> statement-breakpoint
CREATE INDEX "audit_entries_target_id_idx" ON "audit_entries" USING btree ("target_id","id");--> statement-breakpoint
CREATE INDEX "tokens_user_id_idx" ON "tokens" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "tokens_agent_id_idx" ON "tokens" USING btree ("agent_id");--> statement-breakpoint
CREATE INDEX "tokens_parent_id_idx" ON "tokens" USING btree ("parent_id");