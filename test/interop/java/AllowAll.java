import io.aeron.security.AuthorisationService;
import io.aeron.security.AuthorisationServiceSupplier;

/** For `aeron.cluster.authorisation.service.supplier`: everybody may do everything. */
public final class AllowAll implements AuthorisationServiceSupplier {
    @Override
    public AuthorisationService get() {
        return AuthorisationService.ALLOW_ALL;
    }
}
