CREATE TABLE "api_credentials" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"user_domain_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"key_hash" text NOT NULL,
	"scope_type" text NOT NULL,
	"domain_id" text,
	"project_id" text,
	"roles" text[] NOT NULL,
	"allowed_policies" text[],
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "api_credentials_user_id_name_key" UNIQUE("user_id","name")
);
--> statement-breakpoint
CREATE TABLE "group_members" (
	"group_id" text NOT NULL,
	"user_id" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "group_members_pkey" PRIMARY KEY("group_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "groups" (
	"id" text PRIMARY KEY NOT NULL,
	"domain_id" text NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "groups_domain_id_name_key" UNIQUE("domain_id","name")
);
--> statement-breakpoint
CREATE TABLE "policy_candidate_changes" (
	"revision" integer NOT NULL,
	"policy" text NOT NULL,
	"scope_type" text NOT NULL,
	"change" text NOT NULL,
	"count" bigint NOT NULL,
	"first_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "policy_candidate_changes_pkey" PRIMARY KEY("revision","policy","scope_type","change")
);
--> statement-breakpoint
CREATE TABLE "policy_overrides" (
	"revision" integer NOT NULL,
	"name" text NOT NULL,
	"check_text" text NOT NULL,
	CONSTRAINT "policy_overrides_pkey" PRIMARY KEY("revision","name")
);
--> statement-breakpoint
CREATE TABLE "policy_revisions" (
	"number" integer PRIMARY KEY NOT NULL,
	"is_candidate" boolean NOT NULL,
	"enforce_new_defaults" boolean NOT NULL,
	"user_id" text,
	"reason" text,
	"rolled_back_to" integer,
	"created_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	CONSTRAINT "policy_revisions_ended_at_check" CHECK ("policy_revisions"."is_candidate" or "policy_revisions"."ended_at" is null)
);
--> statement-breakpoint
ALTER TABLE "role_assignments" DROP CONSTRAINT "role_assignments_key";--> statement-breakpoint
ALTER TABLE "roles" DROP CONSTRAINT "roles_name_key";--> statement-breakpoint
ALTER TABLE "role_assignments" ALTER COLUMN "user_id" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "role_assignments" ADD COLUMN "group_id" text;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "parent_id" text;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "depth" smallint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "roles" ADD COLUMN "domain_id" text;--> statement-breakpoint
ALTER TABLE "roles" ADD COLUMN "description" text;--> statement-breakpoint
ALTER TABLE "roles" ADD COLUMN "is_system_only" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "roles" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "roles" ADD COLUMN "created_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "tokens" ADD COLUMN "credential_id" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "must_change_password" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "version" integer DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "api_credentials" ADD CONSTRAINT "api_credentials_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "api_credentials" ADD CONSTRAINT "api_credentials_user_domain_id_domains_id_fk" FOREIGN KEY ("user_domain_id") REFERENCES "public"."domains"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_members" ADD CONSTRAINT "group_members_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "group_members" ADD CONSTRAINT "group_members_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "groups" ADD CONSTRAINT "groups_domain_id_domains_id_fk" FOREIGN KEY ("domain_id") REFERENCES "public"."domains"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_candidate_changes" ADD CONSTRAINT "policy_candidate_changes_revision_fkey" FOREIGN KEY ("revision") REFERENCES "public"."policy_revisions"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "policy_overrides" ADD CONSTRAINT "policy_overrides_revision_fkey" FOREIGN KEY ("revision") REFERENCES "public"."policy_revisions"("number") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_credentials_user_id_idx" ON "api_credentials" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "api_credentials_domain_id_project_id_idx" ON "api_credentials" USING btree ("domain_id","project_id");--> statement-breakpoint
CREATE INDEX "group_members_user_id_idx" ON "group_members" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "policy_revisions_is_candidate_number_idx" ON "policy_revisions" USING btree ("is_candidate","number");--> statement-breakpoint
ALTER TABLE "role_assignments" ADD CONSTRAINT "role_assignments_group_id_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."groups"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_parent_id_domain_id_fkey" FOREIGN KEY ("parent_id","domain_id") REFERENCES "public"."projects"("id","domain_id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_domain_id_domains_id_fk" FOREIGN KEY ("domain_id") REFERENCES "public"."domains"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tokens" ADD CONSTRAINT "tokens_credential_id_api_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "public"."api_credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "role_assignments_group_id_idx" ON "role_assignments" USING btree ("group_id");--> statement-breakpoint
CREATE INDEX "role_assignments_role_id_idx" ON "role_assignments" USING btree ("role_id");--> statement-breakpoint
CREATE INDEX "role_assignments_domain_id_project_id_idx" ON "role_assignments" USING btree ("domain_id","project_id");--> statement-breakpoint
CREATE INDEX "projects_parent_id_idx" ON "projects" USING btree ("parent_id");--> statement-breakpoint
CREATE INDEX "role_implications_implied_role_id_idx" ON "role_implications" USING btree ("implied_role_id");--> statement-breakpoint
CREATE INDEX "tokens_credential_id_idx" ON "tokens" USING btree ("credential_id");--> statement-breakpoint
CREATE INDEX "tokens_domain_id_project_id_idx" ON "tokens" USING btree ("domain_id","project_id");--> statement-breakpoint
ALTER TABLE "role_assignments" ADD CONSTRAINT "role_assignments_key" UNIQUE NULLS NOT DISTINCT("user_id","group_id","role_id","scope_type","domain_id","project_id","is_inherited");--> statement-breakpoint
ALTER TABLE "roles" ADD CONSTRAINT "roles_domain_id_name_key" UNIQUE NULLS NOT DISTINCT("domain_id","name");--> statement-breakpoint
ALTER TABLE "role_assignments" ADD CONSTRAINT "role_assignments_holder_check" CHECK (num_nonnulls("role_assignments"."user_id", "role_assignments"."group_id") = 1);--> statement-breakpoint
ALTER TABLE "projects" ADD CONSTRAINT "projects_depth_check" CHECK ("projects"."depth" between 1 and 5);