# Values that tests/cohort/test_pooling_against_r.py compares with. Made once: Rscript pooling.R > pooling.txt
# dat.pritz1997: 14 studies of hyperdynamic therapy, proportions. dat.nielweise2007: 18 trials of anti-infective
# catheters; the treated arm, 6 of whose studies have no event. Both come with metadat, which metafor loads.
suppressMessages(library(metafor))
options(digits = 10, warn = 1)
cat("# ", R.version.string, "; metafor ", as.character(packageVersion("metafor")), "; metadat ",
    as.character(packageVersion("metadat")), "; lme4 ", as.character(packageVersion("lme4")), "\n", sep = "")
sets <- list(
  pritz1997 = with(dat.pritz1997, data.frame(xi = xi, ni = ni)),
  nielweise2007 = with(dat.nielweise2007, data.frame(xi = ai, ni = n1i)),
  coles_and_baker = data.frame(xi = c(1, 5), ni = c(161, 811))
)
say <- function(...) cat(paste(..., sep = " "), "\n", sep = "")
f <- function(x) paste(sprintf("%.8f", x), collapse = " ")
for (name in names(sets)) {
  d <- sets[[name]]
  say(name, "events", paste(d$xi, collapse = " "))
  say(name, "totals", paste(d$ni, collapse = " "))
  fit <- rma(measure = "PLO", xi = d$xi, ni = d$ni, method = "REML", test = "knha",
             control = list(threshold = 1e-10, maxiter = 1000))  # its default stops at 1e-5
  p <- predict(fit)
  say(name, "reml_mu_se_low_high_tau2_pilow_pihigh", f(c(fit$beta, fit$se, fit$ci.lb, fit$ci.ub, fit$tau2, p$pi.lb, p$pi.ub)))
  if (nrow(d) > 2) say(name, "reml_leave_one_out_mu", f(sapply(seq_len(nrow(d)), function(i)
    rma(measure = "PLO", xi = d$xi[-i], ni = d$ni[-i], method = "REML", test = "knha",
        control = list(threshold = 1e-10, maxiter = 1000))$beta)))
  for (n in c(7, 25)) {
    glmm <- rma.glmm(measure = "PLO", xi = d$xi, ni = d$ni, nAGQ = n)
    say(name, paste0("glmm", n, "_mu_se_low_high_tau2"), f(c(glmm$beta, glmm$se, glmm$ci.lb, glmm$ci.ub, glmm$tau2)))
  }
  library(lme4)
  g <- glmer(cbind(xi, ni - xi) ~ 1 + (1 | study), data = transform(d, study = seq_along(xi)), family = binomial, nAGQ = 25)
  capture.output(suppressMessages(ci <- confint(g, parm = "(Intercept)", method = "profile")))
  say(name, "lme4_profile_percent", f(100 * plogis(ci)))
  t <- predict(rma.glmm(measure = "PLO", xi = d$xi, ni = d$ni, nAGQ = 25, test = "t"))
  say(name, "glmm25_t_pilow_pihigh", f(c(t$pi.lb, t$pi.ub)))
}
for (x in list(c(0, 20), c(20, 20), c(1, 161), c(5, 811), c(12, 808), c(1, 1), c(0, 1), c(127, 811), c(50, 100)))
  say("binom.test", x[1], x[2], sprintf("%.10f %.10f", binom.test(x[1], x[2])$conf.int[1], binom.test(x[1], x[2])$conf.int[2]))
