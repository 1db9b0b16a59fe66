ALTER TABLE "agents" ADD COLUMN "updated_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "domains" ADD COLUMN "updated_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "groups" ADD COLUMN "updated_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "projects" ADD COLUMN "updated_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "roles" ADD COLUMN "updated_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "updated_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
UPDATE "agents" SET "updated_at" = "created_at";--> statement-breakpoint
UPDATE "domains" SET "updated_at" = "created_at";--> statement-breakpoint
UPDATE "groups" SET "updated_at" = "created_at";--> statement-breakpoint
UPDATE "projects" SET "updated_at" = "created_at";--> statement-breakpoint
UPDATE "roles" SET "updated_at" = "created_at";--> statement-breakpoint
UPDATE "users" SET "updated_at" = "created_at";
