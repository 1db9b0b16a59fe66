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
ALTER TABLE "nodes" ADD CONSTRAINT "nodes_lease_holder_id_users_id_fk" FOREIGN KEY ("lease_holder_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "nodes_name_id_idx" ON "nodes" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "nodes_availability_id_idx" ON "nodes" USING btree ("availability","id");--> statement-breakpoint
CREATE INDEX "nodes_availability_name_idx" ON "nodes" USING btree ("availability","name","id");--> statement-breakpoint
CREATE INDEX "nodes_is_ready_id_idx" ON "nodes" USING btree ("is_ready","id");--> statement-breakpoint
CREATE INDEX "nodes_is_ready_name_idx" ON "nodes" USING btree ("is_ready","name","id");--> statement-breakpoint
CREATE INDEX "nodes_lease_holder_id_idx" ON "nodes" USING btree ("lease_holder_id");