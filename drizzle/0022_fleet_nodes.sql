CREATE TABLE "node_trust_told" (
	"id" integer PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "node_facts" (
	"node_id" text PRIMARY KEY NOT NULL,
	"os" text,
	"kernel" text,
	"architecture" text,
	"cpus" integer,
	"memory_bytes" bigint,
	"disk_bytes" bigint,
	"addresses" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"labels" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"booted_at" timestamp with time zone,
	"agent_version" text,
	"last_reported_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "node_labels" (
	"node_id" text NOT NULL,
	"key" text COLLATE "C" NOT NULL,
	"value" text NOT NULL,
	CONSTRAINT "node_labels_pkey" PRIMARY KEY("node_id","key")
);
--> statement-breakpoint
CREATE TABLE "node_leases" (
	"node_id" text PRIMARY KEY NOT NULL,
	"renewed_at" timestamp with time zone,
	"due_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "node_tenants" (
	"node_id" text NOT NULL,
	"project_id" text NOT NULL,
	CONSTRAINT "node_tenants_pkey" PRIMARY KEY("node_id","project_id")
);
--> statement-breakpoint
CREATE TABLE "nodes" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text COLLATE "C" NOT NULL,
	"description" text,
	"address" text,
	"origin" text,
	"availability" text NOT NULL,
	"has_tenants" boolean DEFAULT false NOT NULL,
	"lease_holder_id" text,
	"is_ready" boolean DEFAULT false NOT NULL,
	"ready_changed_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "nodes_name_key" UNIQUE("name"),
	CONSTRAINT "nodes_address_key" UNIQUE("address")
);
--> statement-breakpoint
ALTER TABLE "node_facts" ADD CONSTRAINT "node_facts_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_labels" ADD CONSTRAINT "node_labels_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_leases" ADD CONSTRAINT "node_leases_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_tenants" ADD CONSTRAINT "node_tenants_node_id_nodes_id_fk" FOREIGN KEY ("node_id") REFERENCES "public"."nodes"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "node_tenants" ADD CONSTRAINT "node_tenants_project_id_projects_id_fk" FOREIGN KEY ("project_id") REFERENCES "public"."projects"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_lease_holder_id_users_id_fk" FOREIGN KEY ("lease_holder_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "node_labels_key_value_node_id_idx" ON "node_labels" USING btree ("key","value","node_id");--> statement-breakpoint
CREATE INDEX "node_leases_due_at_idx" ON "node_leases" USING btree ("due_at") WHERE "node_leases"."due_at" is not null;--> statement-breakpoint
CREATE INDEX "node_tenants_project_id_node_id_idx" ON "node_tenants" USING btree ("project_id","node_id");--> statement-breakpoint
CREATE INDEX "nodes_name_id_idx" ON "nodes" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "nodes_availability_id_idx" ON "nodes" USING btree ("availability","id");--> statement-breakpoint
CREATE INDEX "nodes_availability_name_idx" ON "nodes" USING btree ("availability","name","id");--> statement-breakpoint
CREATE INDEX "nodes_is_ready_id_idx" ON "nodes" USING btree ("is_ready","id");--> statement-breakpoint
CREATE INDEX "nodes_is_ready_name_idx" ON "nodes" USING btree ("is_ready","name","id");--> statement-breakpoint
CREATE INDEX "nodes_ready_lost_idx" ON "nodes" USING btree ("id") WHERE not "nodes"."is_ready" and "nodes"."ready_changed_at" is not null;--> statement-breakpoint
CREATE INDEX "nodes_lease_holder_id_id_idx" ON "nodes" USING btree ("lease_holder_id","id");--> statement-breakpoint
-- Room in each page for the next version of a row: renewals and reports then touch no index.
ALTER TABLE "node_leases" SET (fillfactor = 50);--> statement-breakpoint
ALTER TABLE "node_facts" SET (fillfactor = 50);